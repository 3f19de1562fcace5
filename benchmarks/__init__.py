"""Measured claims: one module a claim, each against a yardstick in the same run. ``python -m benchmarks [NAME ...]`` prints the table."""
