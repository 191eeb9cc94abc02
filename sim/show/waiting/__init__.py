"""Forecasts and advice: on the terminal, as a page, as files."""
