"""For people: the story of an order, tables, charts and result folders."""
