"""Slack: drawing messages, delivering them, and the terminal that stands in without a token."""
