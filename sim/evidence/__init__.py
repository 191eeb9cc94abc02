"""From an organisation's refund log to a scenario: read, estimate under censoring, judge on weeks it never saw."""
