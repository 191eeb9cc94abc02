"""What is written down of an order: its life, the journal, the outcome table, and what must always hold."""
