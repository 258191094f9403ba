"""What a Datadog webhook says, whatever template its users typed: one flat table of facts.

The body is free text with `$VARIABLES` (https://docs.datadoghq.com/integrations/webhooks/), so keys differ from
template to template: `alert_id`, `alertid`, `alertId` and `{"alert": {"alert_id": ...}}` are one fact here. Only
facts that are asked for by name come out again: what else a template holds (`secret`, e-mail, user) goes nowhere.
"""

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from urllib.parse import parse_qs, parse_qsl

from router.errors import PayloadError
from router.sources.batch import Body
from router.sources.readers import absent, decode, text

FORM = "application/x-www-form-urlencoded"
_FIELD_LIMIT = 500
_TITLE_LIMIT = 2048
_NOT_A_LETTER = re.compile(r"[^a-z0-9]")
# With its semicolon only: html.unescape alone would turn "&region=us" of a link into "®ion=us".
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_FENCE = "%%%"
_FOOTER = "\n- - -\n"
_STATUS_LINK = "[Monitor Status]("
_MONITOR_LINK = re.compile(r"https://[\w.-]+/monitors[/#](?P<monitor>[0-9]+)[^\s)\]]*", re.ASCII)
_TITLE = re.compile(
    r"""\s*(?:\[(?P<priority>P[1-5])\]\s*)?
        (?:\[(?P<transition>(?:Re-?\s?)?(?:Triggered|Warn|No\ Data|Notify)|(?:(?:Warn|No\ Data)\ )?Recovered)
           (?:\s+on\s+\{(?P<scope>.*?)\})?\]\s*)?
        (?P<test>\[TEST\]\s*)?
        (?:\[Synthetics\]\s*)?
        (?:\[\]\s*)?
        (?P<name>.*)""",
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
VARIABLES = frozenset({
    "AGGREG_KEY", "ALERT_CYCLE_KEY", "ALERT_ID", "ALERT_METRIC", "ALERT_PRIORITY", "ALERT_QUERY",
    "ALERT_SCOPE", "ALERT_STATUS", "ALERT_TITLE", "ALERT_TRANSITION", "ALERT_TYPE", "DATE", "EMAIL",
    "EVENT_MSG", "EVENT_TITLE", "EVENT_TYPE", "HOSTNAME", "ID", "LAST_UPDATED", "LINK", "LOGS_SAMPLE",
    "METRIC_NAMESPACE", "ORG_ID", "ORG_NAME", "PRIORITY", "SNAPSHOT", "SYNTHETICS_SUMMARY",
    "SYNTHETICS_TEST_NAME", "TAGS", "TEXT_ONLY_MSG", "USER", "USERNAME",
})  # fmt: skip
"""Datadog's variables; a value that is only the name of one ("ID") was a typing mistake in the template."""


@dataclass(frozen=True, slots=True)
class Title:
    """A notification's title taken apart: `[P2] [Recovered on {host:a}] [TEST] Disk is full`."""

    name: str
    transition: str = ""
    scope: str = ""
    priority: str = ""
    test: bool = False


@dataclass(frozen=True, slots=True)
class MonitorLink:
    """The monitor that a message's Markdown links to, with its group (`host:a,region:b`)."""

    url: str = ""
    monitor: str = ""
    group: str = ""


def facts_of(body: Body) -> dict[str, str] | None:
    """Return the facts of a body by squeezed name (`alertid`), present ones only; None if it is not an object.

    Raises PayloadError when it is neither JSON nor a form.
    """
    payload = _payload(body)
    if not isinstance(payload, dict):
        return None
    facts: dict[str, str] = {}
    for name, value in islice(_flat(payload), _FIELD_LIMIT):
        if name not in facts and not absent(value) and value not in VARIABLES:
            facts[name] = unescape(value)
    return facts


def _payload(body: Body) -> object:
    # curl and some proxies call JSON a form, so the first character has the last word.
    if body.content_type != FORM or body.raw.lstrip()[:1] in (b"{", b"["):
        return decode(body.raw)
    form = body.raw.decode("utf-8", "replace")
    try:
        return dict(parse_qsl(form, keep_blank_values=True, max_num_fields=_FIELD_LIMIT))
    except ValueError as error:
        raise PayloadError(f"the form has more than {_FIELD_LIMIT} fields") from error


def _flat(payload: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Yield (squeezed name, text), the top level first; nested objects are read one level deep."""
    for key, value in payload.items():
        if not isinstance(value, dict):
            yield squeeze(key), _text(value)
    for key, value in payload.items():
        if isinstance(value, dict):
            yield from _nested(key, value)


def _nested(parent: str, inner: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    for key, value in inner.items():
        yield squeeze(parent + key), _text(value)
        if "_" in key or not key.islower():  # "alert_id" tells what it is by itself, "id" does not
            yield squeeze(key), _text(value)


def _text(value: object) -> str:
    parts = value if isinstance(value, list) else [value]
    return ",".join(filter(None, map(text, parts))).replace("\0", "\ufffd")


def first(facts: Mapping[str, str], names: tuple[str, ...]) -> str:
    """Return the first of these facts that is present, else ""."""
    return next((facts[name] for name in names if name in facts), "")


def squeeze(word: str) -> str:
    """Return a word without case, spaces and punctuation, to compare what people spell in many ways."""
    return _NOT_A_LETTER.sub("", word[:100].lower())


def unescape(value: str) -> str:
    """Return text with its HTML entities resolved once; only whole ones (`&amp;`, `&#x27;`)."""
    return _ENTITY.sub(lambda found: html.unescape(found[0]), value) if "&" in value else value


def read_title(title: str) -> Title:
    """Take a title apart; brackets that are not Datadog's stay part of the name."""
    found = _TITLE.match(title[:_TITLE_LIMIT])
    if found is None:  # pragma: no cover - every part of the pattern is optional
        return Title(title)
    return Title(
        found["name"].strip(),
        found["transition"] or "",
        found["scope"] or "",
        found["priority"] or "",
        found["test"] is not None,
    )


def read_message(message: str) -> str:
    """Return a message without its Markdown fences and the row of links that Datadog puts below it."""
    plain = message.replace(_FENCE, "")
    footer = plain.rfind(_FOOTER)
    if footer >= 0 and plain.find("[[", footer) >= 0:
        plain = plain[:footer]
    return plain.strip()


def monitor_link(message: str) -> MonitorLink:
    """Return the monitor linked as "Monitor Status" in a message, else the last one linked at all.

    People link other monitors in their own text, which stands above Datadog's row of links.
    """
    marked = message.rfind(_STATUS_LINK)
    found = _MONITOR_LINK.match(message, marked + len(_STATUS_LINK)) if marked >= 0 else None
    found = found or max(_MONITOR_LINK.finditer(message), key=re.Match.start, default=None)
    if found is None:
        return MonitorLink()
    query = found[0].partition("?")[2].partition("#")[0]
    return MonitorLink(found[0], found["monitor"], parse_qs(query).get("group", [""])[0])


def pairs_of(listed: str) -> tuple[dict[str, str], tuple[str, ...]]:
    """Return a comma list (`host:a,role:b,monitor`) as labels and as the tags without value.

    The first colon splits; the values of a repeated key are sorted and joined with a comma.
    """
    several: dict[str, set[str]] = {}
    bare = []
    for part in filter(None, (piece.strip() for piece in listed.split(","))):
        key, colon, value = part.partition(":")
        if colon and key.strip() and value.strip():
            several.setdefault(key.strip(), set()).add(value.strip())
        else:
            bare.append(part)
    return {key: ",".join(sorted(values)) for key, values in several.items()}, tuple(bare)
