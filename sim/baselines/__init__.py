"""Has anything moved? Baselines that a repository keeps, and what a check against them finds."""
