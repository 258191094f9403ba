"""Benchmarks: the router as users run it, beside a real Alertmanager on the same machine in the same run."""
