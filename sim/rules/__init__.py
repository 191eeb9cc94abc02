"""What the marketplace's rules make of facts: pure functions, named as sentences, shared by both engines."""
