"""What many worlds say, shown: the terminal, JSON, tables, and a page to forward."""
