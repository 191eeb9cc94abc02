"""A fit as people read it: on the terminal, as files, as a page."""
