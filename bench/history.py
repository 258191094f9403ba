"""The statistics of a large company: the weekly report as a child process, what history takes, the pages, and alerts beside.

"""
import asyncio
