"""Firings of one rule and day, packed: columns of a line of JSON, then each labels and annotations once, deflated.

The format: one byte (the version), then raw DEFLATE (RFC 1951) with the preset dictionary _WORDS, of lines. The first
is {"p": parts before this one, "f": fingerprints, "i": incidents, "a": fates, "h": what SLOs said, "r": columns}; the
others are the JSON of labels and annotations. Columns, one value a firing, in order of start: numbers of fingerprint,
labels, annotations, incident, fate, heard; start since the one before (the first: since the day's), accepted since
start, end since start, telling since acceptance (null without one); spans of threats since start. All microseconds.
"""

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import orjson

from router.gate import Outcome
from router.noise.values import Heard, RuleKey
from router.slo.verdict import Verdict
from router.state.history.stories import Fate, Story, micros

_VERSION = b"\x01"
_LEVEL = 6
_WORDS = (
    b'deploymentstatefulsetcontainerclusterregionprod","production","staging"asia-northeast1us-east-1'
    b'"grafana":"https://"dashboard":"https://"message":"is above is below in the last minutes for more than  % of '
    b'","runbook_url":"https://","summary":"{"description":"{}\n{"alertname":"","cluster":"","container":"","env":"'
    b'","endpoint":"","instance":"10.0.","job":"","namespace":"","node":"","pod":"-","prometheus":"monitoring/","queue":"'
    b'","region":"","replica":"","service":"","severity":"critical","severity":"warning","severity":"page","team":"'
    b'null,null,null,null]0,0,0,0,0,0,0,0,00000,000,[],[],[["unknown"]["watch"]["threat_ticket"]["threat_page"]'
    b'["no_threat"]]],"r":[[0,["suppress","silence",null,"["page","threat_page",null,"["ticket","threat_ticket",null,"'
    b'["forward","unmapped",null,"["merge","joined",null,"["drop","never_threatened",null,"sre",10.0,false]]'
    b'10.0,true]],"h":[[["-availability","-latency"],"a":[[","E-"],"i":["E-{"p":0,"f":["'
)
"""Never to be changed: what is packed with it cannot be read without it. Another version gets another one."""


@dataclass(frozen=True, slots=True)
class Blob:
    """Firings of one rule and day; `parts` is how many full blobs of them there are besides."""

    stories: tuple[Story, ...] = ()
    parts: int = 0


class _Numbers:
    """Numbers values in the order of their first coming."""

    def __init__(self) -> None:
        self.known: dict[Any, int] = {}

    def of(self, value: Any) -> int:
        return self.known.setdefault(value, len(self.known))


def pack(blob: Blob, day_start: int) -> bytes:
    """Return a blob's bytes; `day_start` is the UTC day's beginning."""
    stories = sorted(blob.stories, key=lambda story: (story.started, story.accepted))
    fingerprints, incidents, fates, voices, texts = (_Numbers() for _ in range(5))
    befores = (day_start, *(story.started for story in stories))
    columns = [
        [fingerprints.of(story.fingerprint) for story in stories],
        [texts.of(story.labels) for story in stories],
        [texts.of(story.annotations) for story in stories],
        [incidents.of(story.incident) for story in stories],
        [fates.of(story.fate) for story in stories],
        [voices.of(tuple((each.slo, each.worst) for each in story.heard)) for story in stories],
        [story.started - before for story, before in zip(stories, befores, strict=False)],
        [story.accepted - story.started for story in stories],
        [_since(story.ended, story.started) for story in stories],
        [_since(story.told, story.accepted) for story in stories],
        [_spans(story) for story in stories],
    ]
    head = {
        "p": blob.parts,
        "f": list(fingerprints.known),
        "i": list(incidents.known),
        "a": [(e.outcome, e.reason, e.would, e.receiver, e.wait_s, e.guide) for e in fates.known],
        "h": list(voices.known),
        "r": columns,
    }
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS, zlib.DEF_MEM_LEVEL, 0, _WORDS)
    return _VERSION + packer.compress(b"\n".join((orjson.dumps(head), *texts.known))) + packer.flush()


def _since(at: int | None, start: int) -> int | None:
    return None if at is None else at - start


def _spans(story: Story) -> list[int | None]:
    """Return from and to of each SLO's threat, nothing where there was none at all."""
    if not any(each.threatened_from is not None for each in story.heard):
        return []
    instants = (at for each in story.heard for at in (each.threatened_from, each.threatened_to))
    return [None if at is None else micros(at) - story.started for at in instants]


def unpack(raw: bytes, rule: RuleKey, day_start: int) -> Blob:
    """Return what `pack` packed; raises ValueError where that is not understood."""
    try:
        head, *texts = _inflated(raw).split(b"\n")
        stored = orjson.loads(head)
        fates = [_fate(*each) for each in stored["a"]]
        voices = [tuple(Heard(slo, Verdict(worst)) for slo, worst in each) for each in stored["h"]]
        starts = accumulate(stored["r"][6], initial=day_start)
        next(starts)
        columns = zip(*stored["r"], starts, strict=True)
        stories = tuple(_stories(columns, rule, stored["f"], stored["i"], (fates, voices, texts)))
        return Blob(stories, stored["p"])
    except (IndexError, KeyError, TypeError, zlib.error) as error:
        raise ValueError(f"{type(error).__name__}: {error}") from error


def _inflated(raw: bytes) -> bytes:
    if raw[:1] != _VERSION:
        raise ValueError(f"it is of version {raw[:1].hex() or 'none'}, this router reads {_VERSION.hex()}")
    inflater = zlib.decompressobj(-zlib.MAX_WBITS, _WORDS)
    lines = inflater.decompress(memoryview(raw)[1:])
    if not inflater.eof:
        raise ValueError("its end is missing")
    return lines


def _fate(outcome: str | None, reason: str, would: str | None, receiver: str, wait_s: float, guide: bool) -> Fate:
    chosen, instead = (Outcome(each) if each is not None else None for each in (outcome, would))
    return Fate(chosen, reason, instead, receiver, wait_s, guide)


def _stories(
    columns: Iterable[Sequence[Any]],
    rule: RuleKey,
    fingerprints: Sequence[str],
    incidents: Sequence[str],
    shared: tuple[Sequence[Fate], Sequence[tuple[Heard, ...]], Sequence[bytes]],
) -> Iterable[Story]:
    fates, voices, texts = shared
    for fingerprint, labels, annotations, incident, fate, heard, _, late, lasted, told, spans, started in columns:
        accepted = started + late
        yield Story(
            rule,
            fingerprints[fingerprint],
            incidents[incident],
            started,
            accepted,
            None if lasted is None else started + lasted,
            None if told is None else accepted + told,
            fates[fate],
            texts[labels],
            texts[annotations],
            _threatened(voices[heard], started, spans) if spans else voices[heard],
        )


def _threatened(heard: Sequence[Heard], started: int, spans: Sequence[int | None]) -> tuple[Heard, ...]:
    instants = [None if since is None else (started + since) / 1e6 for since in spans]
    return tuple(
        Heard(each.slo, each.worst, begin, end)
        for each, begin, end in zip(heard, instants[::2], instants[1::2], strict=True)
    )
