"""The weekly report in words, in English and Japanese, and its charts: what a review says, and what to do about it."""
