"""What a language must be able to say."""

from collections.abc import Mapping
from dataclasses import dataclass

from router.gate import Outcome, Reason


@dataclass(frozen=True, slots=True)
class Words:
    """The demo's words in one language; names in braces are filled in."""

    locale: str
    title: str
    intro: tuple[str, ...]
    slo_line: str
    badges: Mapping[Outcome, str]
    edited: str
    notice: str
    news: Mapping[str, str]
    """What the play stops to say, by the name in the day."""
    captions: Mapping[Reason, str]
    """What is said the first time that a message with this reason is posted."""
    why: str
    now_slo: str
    now_firing: str
    summaries: Mapping[str, str]
    """What the alerts themselves say."""
    guide_checkout: str
    guide_search: str
    closing: str
    columns: tuple[str, str, str, str]
    meanings: Mapping[Reason, str]
    sum: str
    agrees: str
    differs: str
    unaccounted: str
    forwarder: str
    router: str
    messages: str
    comma: str
    quiet: str
    report: str
    wolves: str
    next: str
    next_steps: tuple[tuple[str, str], ...]
    stopped: str
