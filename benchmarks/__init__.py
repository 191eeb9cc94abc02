"""How fast it is: `python -m benchmarks` for engines and pipeline, `python -m benchmarks.jobs` for workers."""
