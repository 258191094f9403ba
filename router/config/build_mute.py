"""Inhibition and the rules for silences as values."""

from router.alert import Matcher, Operator
from router.config.build_auth import headers_of
from router.config.document import Where
from router.config.reading import Reading
from router.config.schema_mute import InhibitRule as InhibitSection
from router.config.schema_mute import MirrorSection, SilencesSection
from router.config.values import Mirror, SilencePolicy
from router.mute import InhibitRule


def build_inhibition(sections: list[InhibitSection], reading: Reading) -> tuple[InhibitRule, ...]:
    """Return the inhibition rules in order."""
    return tuple(_rule(section, ("inhibit_rules", index), reading) for index, section in enumerate(sections))


def build_silences(section: SilencesSection, reading: Reading) -> SilencePolicy:
    """Return what a silence may be; notes a mirror that is named twice."""
    mirrors: dict[str, Mirror] = {}
    for index, each in enumerate(section.mirror):
        where: Where = ("silences", "mirror", index)
        mirror = _mirror(each, where, reading)
        if mirror.url in mirrors:
            reading.error((*where, "url"), "this Alertmanager is already a mirror", "remove one of the two")
        mirrors.setdefault(mirror.url, mirror)
    return SilencePolicy(
        longest_s=section.max_duration,
        ending_s=section.remind_before,
        idle_s=section.idle_after,
        mirrors=tuple(mirrors.values()),
    )


def _rule(section: InhibitSection, where: Where, reading: Reading) -> InhibitRule:
    source = _outdated((*where, "source_match"), section.source_match, section.source_match_re, reading)
    target = _outdated((*where, "target_match"), section.target_match, section.target_match_re, reading)
    return InhibitRule(
        source=source + reading.matchers((*where, "source_matchers"), section.source_matchers),
        target=target + reading.matchers((*where, "target_matchers"), section.target_matchers),
        equal=tuple(dict.fromkeys(section.equal)),
        name=section.name,
    )


def _outdated(
    where: Where, exact: dict[str, str], expressions: dict[str, str], reading: Reading
) -> tuple[Matcher, ...]:
    """Return what an outdated `..._match` and its twin `..._match_re` stand for."""
    twin = (*where[:-1], f"{where[-1]}_re")
    return reading.paired(where, exact, Operator.EQUAL) + reading.paired(twin, expressions, Operator.REGEX)


def _mirror(section: MirrorSection, where: Where, reading: Reading) -> Mirror:
    return Mirror(url=section.url.rstrip("/"), headers=headers_of(section, where, reading))
