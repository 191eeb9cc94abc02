"""Luck: one array of uniforms per (replication, named decision), turned into facts before any engine runs."""
