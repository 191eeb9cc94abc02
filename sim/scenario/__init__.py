"""What a user writes: strict YAML, checked once, frozen. `model` is the whole; `loading` reads it."""
