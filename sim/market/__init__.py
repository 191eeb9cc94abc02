"""The marketplace in SimPy, for people to read. Begin with `order`: THE LIFE OF AN ORDER."""
