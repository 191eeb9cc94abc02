"""The twin of the SimPy market, compiled: an event loop over integer arrays. Begin with `order`, as over there."""
