"""The statistics of a large company: the report as a child process, what history takes, pages, alerts beside."""

"""
import asyncio
