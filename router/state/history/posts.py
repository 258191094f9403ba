"""What of each weekly report has been posted, so that it is posted once: by one replica, also after a crash midway.

A report has parts (its message, each reply in the thread). That a part is about to be posted is stored before the post,
where it stands after it; whoever takes over finds parts begun and not done, and looks in Slack before posting again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

import orjson
from redis.asyncio import Redis

from router.state import keys
from router.state.answers import translated
from router.state.durable import Durable
from router.state.entries import pairs
from router.state.history.reviews import KEEP_S, end_of
from router.state.scripts import Argument, Scripts

LEASE_S = 120.0


@dataclass(frozen=True, slots=True)
class Part:
    """One message of a report. `intent_at` is when its first post was begun (Unix seconds), `ts` where it stands.

    Begun and without a `ts` it may or may not be in Slack.
    """

    name: str
    intent_at: float
    channel: str = ""
    ts: str = ""

    @property
    def done(self) -> bool:
        """Whether it is certain that it is in Slack."""
        return bool(self.ts)


@dataclass(frozen=True, slots=True)
class Post:
    """What is known of the report of a week and team."""

    parts: Mapping[str, Part] = field(default_factory=dict)
    finished: bool = False


@dataclass(frozen=True, slots=True)
class Held:
    """A report under our lease; `token` fences every later write."""

    week: str
    team: str
    token: int
    post: Post


class Posts:
    """Typed calls for whoever posts weekly reports. `owner` names the process; leases run on Redis' own clock."""

    def __init__(self, scripts: Scripts, owner: str, durability: str = "L1", lease_s: float = LEASE_S) -> None:
        self._scripts = scripts
        self._durable = Durable(scripts, durability)
        self._owner = owner
        self._lease_s = lease_s

    async def since(self, now: float) -> float:
        """Return when this was asked for the first time (now, if never): no report is due for a time before it."""
        with translated():
            client = cast(Redis, self._scripts.client)
            await client.set(keys.POSTS_SINCE, repr(now), nx=True)
            stored = await client.get(keys.POSTS_SINCE)
        return float(stored or now)

    async def known_since(self) -> float:
        """Return what `since` was first told, 0 where no router asked yet; stores nothing."""
        [stored] = await self._scripts.read([("GET", keys.POSTS_SINCE)])
        return float(stored or 0.0)

    async def load(self, week: str, team: str) -> Post:
        """Return what is known of a report; `team` is "" for that of all teams."""
        [fields] = await self._scripts.read([("HGETALL", keys.post(week, team))])
        return _post(fields)

    async def claim(self, week: str, team: str, now: float) -> Held | None:
        """Take a report; None when it is finished, or another replica has it (until its lease ends).

        Raises UnavailableError when it is not certain that it is stored.
        """
        left_s = max(1, int(end_of(week) + KEEP_S - now))
        arguments: list[Argument] = [self._owner, self._lease_s, left_s]
        reply = await self._durable.run("postclaim", keys.post(week, team), arguments)
        return Held(week, team, int(reply[0]), _post(pairs(reply[1]))) if reply is not None else None

    async def begin(self, held: Held, part: str, intent_at: float) -> Part | None:
        """Store that a part is about to be posted, before it is; None when fenced: then nothing may be posted.

        A part that was begun before keeps its first `intent_at`, and where it stands if that is known.
        """
        post = await self._write(held, f"p:{part}", repr(intent_at))
        return post.parts[part] if post is not None else None

    async def done(self, held: Held, part: str, channel: str, ts: str) -> bool:
        """Store where a part stands; False when fenced. Where it is known to stand already, that is not changed."""
        return await self._write(held, f"d:{part}", orjson.dumps([channel, ts])) is not None

    async def finish(self, held: Held) -> bool:
        """Store that every part is posted: nobody can claim the report any more; False when fenced."""
        return await self._write(held, "finished", "1") is not None

    async def renew(self, held: Held) -> bool:
        """Hold the report for another lease; False when fenced. Every other write does so too."""
        return await self._write(held) is not None

    async def release(self, held: Held) -> None:
        """Give the report back, so that it can be claimed at once."""
        await self._durable.run("post", keys.post(held.week, held.team), [held.token, 0])

    async def _write(self, held: Held, *fields: Argument) -> Post | None:
        arguments: list[Argument] = [held.token, self._lease_s, *fields]
        reply = await self._durable.run("post", keys.post(held.week, held.team), arguments)
        return _post(pairs(reply)) if reply is not None else None


def _post(fields: Mapping[bytes, bytes]) -> Post:
    begun = {name[2:].decode(): float(at) for name, at in fields.items() if name.startswith(b"p:")}
    stands = {name[2:].decode(): orjson.loads(value) for name, value in fields.items() if name.startswith(b"d:")}
    parts = {name: Part(name, at, *stands.get(name, ())) for name, at in begun.items()}
    return Post(parts, b"finished" in fields)
