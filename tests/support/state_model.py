"""A small model of what the state must hold, from the rules of episodes, settlement and accounting, not from Lua.

Everything is kept in plain dictionaries; one call of the model stands for one script call.
"""

from collections import Counter
from dataclasses import dataclass, field

STALE_S = 300.0
MUTES = {"silence", "inhibition", "mute_time"}


def base(class_id: str) -> str:
    """The class of which this one is the muted twin, else itself."""
    return class_id.removeprefix("ms.").removeprefix("mi.")


@dataclass
class Firing:
    """One firing. Status f, r (resolved) or x (went silent); outcome "" while nobody has judged it."""

    fingerprint: str
    class_id: str
    starts: tuple[float, ...]
    body: str
    copy: bool
    status: str = "f"
    ends: float | None = None
    outcome: str = ""
    reason: str = ""
    late_since: float | None = None
    expires: float | None = None

    @property
    def settled(self) -> bool:
        return self.outcome not in ("", "hold")

    @property
    def counted(self) -> bool:
        return not self.copy


@dataclass
class Incident:
    """Firings of one incident: the present one of each alert, and earlier ones that still wait for an outcome."""

    now: dict[str, Firing] = field(default_factory=dict)
    earlier: list[Firing] = field(default_factory=list)
    classes: set[str] = field(default_factory=set)
    generation: int = 0
    total: int = 0
    token: int = 0
    leased: bool = False
    acts: list[str] = field(default_factory=list)
    taken: int = 0
    mark: str = ""

    @property
    def all(self) -> list[Firing]:
        return [*self.now.values(), *self.earlier]

    @property
    def firing(self) -> int:
        return sum(each.status == "f" for each in self.now.values())

    @property
    def heard(self) -> int:
        """How many of those that fire are in a class that is not muted."""
        return sum(each.status == "f" and each.class_id == base(each.class_id) for each in self.now.values())

    def unsettled(self, class_id: str | None = None) -> list[Firing]:
        return [
            each for each in self.all
            if each.counted and not each.settled and class_id in (None, each.class_id)
        ]  # fmt: skip


@dataclass
class Tomb:
    starts: float | None
    ends: float | None
    late_since: float | None = None


class Model:
    """The whole state. `partition` says which incidents share one."""

    def __init__(self, partition_of: dict[str, int], telling: set[str]) -> None:
        self.partition_of = partition_of
        self.telling = telling
        self.incidents: dict[str, Incident] = {}
        self.tombs: dict[tuple[int, str], Tomb] = {}
        self.opened = 0
        self.outcomes: Counter[str] = Counter()

    # --- alerts

    def fires(
        self, key: str, fingerprint: str, class_id: str, starts: float | None, body: str, copy: bool,
        expires: float | None, now: float,
    ) -> str:  # fmt: skip
        incident = self.incidents.get(key, Incident())
        known = incident.now.get(fingerprint)
        if known is not None and known.status == "f":
            return self._repeated(incident, known, class_id, starts, body, expires)
        if known is not None and known.status == "r":
            latest = max(known.starts) if known.starts else None
            if _late(starts, latest, known.ends) and not _believed(known.late_since, now):
                known.late_since = now if known.late_since is None else known.late_since
                return "S"
        place = (self.partition_of[key], fingerprint)
        tomb = self.tombs.get(place)
        if tomb is not None:
            if _late(starts, tomb.starts, tomb.ends) and not _believed(tomb.late_since, now):
                tomb.late_since = now if tomb.late_since is None else tomb.late_since
                return "S"
            del self.tombs[place]
        if known is not None and known.counted and not known.settled:
            incident.earlier.append(known)
        self.incidents[key] = incident
        span = () if starts is None else (starts,)
        incident.now[fingerprint] = Firing(fingerprint, class_id, span, body, copy, expires=expires)
        incident.classes.add(class_id)
        incident.generation += 1
        incident.total += 1
        self.opened += not copy
        return "N"

    def _repeated(
        self, incident: Incident, known: Firing, class_id: str, starts: float | None, body: str, expires: float | None
    ) -> str:
        code = "D"
        if expires is not None:
            known.expires = max(expires, known.expires or 0.0)
        if starts is not None and known.starts:
            known.starts = (*known.starts, starts)
        if known.body != body:
            code, known.body, incident.mark = "U", body, ""
            # Who is alone speaks anew; in a crowd of equals the first goes on speaking.
            incident.generation += incident.all == [known]
        if base(known.class_id) != class_id and (known.outcome == "hold" or class_id in self.telling):
            code = "U"
            self._move(incident, known, class_id)
            incident.generation += 1
        return code

    @staticmethod
    def _move(incident: Incident, known: Firing, class_id: str) -> None:
        known.class_id = class_id
        incident.classes.add(class_id)
        if not known.settled:
            known.outcome, known.reason = "", ""

    def resolves(self, key: str, fingerprint: str, starts: float | None, ends: float | None) -> str:
        incident = self.incidents.get(key)
        known = incident.now.get(fingerprint) if incident is not None else None
        if incident is None or known is None:
            return self._buried(key, fingerprint, starts, ends)
        if known.status == "r":
            newer = ends is not None and known.ends is not None and ends > known.ends
            return self._buried(key, fingerprint, starts, ends) if newer else "D"
        if ends is not None and known.starts and max(known.starts) > ends:
            return "S"
        if known.status == "x":
            known.status, known.ends = "r", ends
            return "D"
        self._close(incident, known, "r", ends)
        return "R"

    def _buried(self, key: str, fingerprint: str, starts: float | None, ends: float | None) -> str:
        place = (self.partition_of[key], fingerprint)
        tomb = self.tombs.get(place)
        if tomb is not None and (tomb.starts, tomb.ends) == (starts, ends):
            return "D"
        if tomb is not None and tomb.ends is not None and ends is not None and tomb.ends > ends:
            return "D"
        self.tombs[place] = Tomb(starts, ends)
        return "T"

    def _close(self, incident: Incident, known: Firing, status: str, ends: float | None) -> None:
        known.status, known.ends, known.expires = status, ends, None
        incident.generation += 1

    def expire(self, now: float) -> int:
        gone = [
            (incident, each) for incident in self.incidents.values() for each in incident.now.values()
            if each.status == "f" and each.expires is not None and each.expires <= now
        ]  # fmt: skip
        for incident, each in gone:
            self._close(incident, each, "x", now)
        return len(gone)

    # --- looks

    def claim(self, key: str) -> int:
        incident = self.incidents[key]
        incident.token += 1
        incident.leased = True
        return incident.token

    def act(self, key: str, act: str, known: set[str]) -> str:
        """What people did; `known` are those that were ever stored of the incident."""
        if act in known:
            return "repeated"
        if key not in self.incidents:
            return "gone"
        known.add(act)
        self.incidents[key].acts.append(act)
        return "stored"

    def mute(self, key: str, token: int, moves: dict[str, str], mark: str) -> bool:
        """Put alerts into other classes; False when fenced."""
        incident = self.incidents.get(key)
        if incident is None or incident.token != token:
            return False
        for fingerprint, class_id in moves.items():
            known = incident.now.get(fingerprint)
            if known is not None and known.status == "f" and known.class_id != class_id:
                self._move(incident, known, class_id)
        incident.mark = mark
        return True

    def commit(
        self, key: str, token: int, generation: int, decisions: dict[str, tuple[str, str]], forget: bool, taken: int
    ) -> tuple[dict[str, int], bool] | None:
        """Return how many firings got which outcome and whether the incident is gone; None when fenced.

        `taken` is how many acts were ever taken, as this look knows.
        """
        incident = self.incidents.get(key)
        if incident is None or incident.token != token:
            return None
        del incident.acts[: max(0, taken - incident.taken)]
        incident.taken = max(taken, incident.taken)
        settled: Counter[str] = Counter()
        for class_id, (outcome, reason) in decisions.items():
            for each in incident.unsettled(class_id):
                self._judge(each, outcome, reason, settled)
        incident.earlier = [each for each in incident.earlier if not each.settled]
        self.outcomes.update(settled)
        incident.leased = False
        same = incident.generation == generation and not incident.acts
        over = not incident.firing and not incident.unsettled() and same
        if forget and over:
            self._forget(key)
        return dict(settled), forget and over

    @staticmethod
    def _judge(firing: Firing, outcome: str, reason: str, settled: Counter[str]) -> None:
        if outcome in ("hold", "suppress") and firing.status == "f":
            agrees = firing.outcome == "hold" and (firing.reason in MUTES) == (outcome == "suppress")
            firing.reason = firing.reason if agrees else reason
            firing.outcome = "hold"
            return
        if outcome == "hold":
            outcome, reason = "drop", "never_threatened"
        firing.outcome, firing.reason = outcome, reason
        settled[f"{outcome} {reason}"] += 1

    def _forget(self, key: str) -> None:
        for each in self.incidents.pop(key).now.values():
            if each.status == "r":
                latest = max(each.starts) if each.starts else None
                self.tombs[self.partition_of[key], each.fingerprint] = Tomb(latest, each.ends)

    # --- sums

    @property
    def unsettled(self) -> int:
        return sum(len(incident.unsettled()) for incident in self.incidents.values())

    @property
    def held(self) -> int:
        every = [each for incident in self.incidents.values() for each in incident.unsettled()]
        return sum(each.status == "f" and each.outcome == "hold" for each in every)

    def held_by(self, fingerprint: str) -> set[str]:
        return {
            key for key, incident in self.incidents.items()
            if fingerprint in incident.now and incident.now[fingerprint].status == "f"
        }  # fmt: skip


def _late(starts: float | None, last_starts: float | None, last_ends: float | None) -> bool:
    last = last_ends if last_ends is not None else last_starts
    return starts is not None and last is not None and starts <= last


def _believed(since: float | None, now: float) -> bool:
    return since is not None and now - since >= STALE_S
