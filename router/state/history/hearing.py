"""What the SLOs that cover firings said while they lived."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence

from router.noise.threats import heard
from router.noise.values import Stretch
from router.state.history.stories import Story

Stretches = Callable[[Collection[str], float, float], Awaitable[Mapping[str, Sequence[Stretch]]]]
"""Returns what some SLOs said from one instant to another (SloHistory.stretches)."""
AT_ONCE = 200
"""Firings that are judged before whoever else waits for this process is served."""
MOST_S = 400 * 86_400.0
"""Of firings that lasted longer, only so much of the time up to the last end is asked about."""


async def hear(stories: Iterable[Story], stretches: Stretches, now: float) -> list[Story]:
    """Return the firings with what their SLOs said from start to end; what still fires is heard until now."""
    every = list(stories)
    covered = [story for story in every if story.covers]
    if not covered:
        return every
    slos = {cover.slo for story in covered for cover in story.covers}
    first, last = min(map(_start_of, covered)), max(_end_of(story, now) for story in covered)
    recorded = await stretches(sorted(slos), max(first, last - MOST_S), last)
    found = []
    for place, story in enumerate(every):
        found.append(_heard(story, recorded, now) if story.covers else story)
        if place % AT_ONCE == 0:
            await asyncio.sleep(0)
    return found


def _heard(story: Story, recorded: Mapping[str, Sequence[Stretch]], now: float) -> Story:
    return story._replace(heard=heard(story.covers, recorded, _start_of(story), _end_of(story, now)), covers=())


def _start_of(story: Story) -> float:
    return story.started / 1e6


def _end_of(story: Story, now: float) -> float:
    return story.ended / 1e6 if story.ended is not None else max(now, _start_of(story))
