"""What a check writes: a summary in Markdown, JUnit, JSON, OpenMetrics, charts, and one page with all of it."""
