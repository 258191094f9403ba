"""Keeps the history, computes the reviews, and tells them once a week."""
