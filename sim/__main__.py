"""`python -m sim` is `refund-sim`."""

from sim.door import door

door()
