"""What a check writes: a summary in Markdown, JUnit, JSON, metrics, charts, and one page with all."""
