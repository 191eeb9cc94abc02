"""Replications, the cohort's table, and what can be said from it, with how sure one can be."""
