"""What a run lived through, for other tools: a table of all orders, and its journal as event logs."""
