"""Webhooks by the console's own forms, for tests and benchmarks that need one rather than test how it is made."""
WRONG = {}
KEPT = {}
RETENTION_WRONG = {}
