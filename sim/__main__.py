"""`python -m sim` is `refund-sim`."""

from sim.cli import door

door()
