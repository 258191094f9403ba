"""What became of a week's firings: wolves, misses, precision, recall, proposals. Pure; standard library only.

Definitions, with worked examples: docs/statistics.md.
"""
