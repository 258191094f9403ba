"""The pages of the weekly meeting, and everything that they show as JSON and CSV: rendered here, without scripts."""
