"""Receivers of the file as values: where a team is told, its escalation, its working hours."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from router.config.build_auth import either
from router.config.build_report import build_team_report
from router.config.build_route import define
from router.config.build_times import minutes, workdays_of
from router.config.document import Where
from router.config.environment import is_loopback
from router.config.reading import Reading
from router.config.schema import Root
from router.config.schema_receiver import EscalationSection, ReceiverSection
from router.config.values import Receiver, SlackTarget
from router.incident.life import EscalationStep


def build_receivers(root: Root, known: frozenset[str] | None, reading: Reading) -> dict[str, Receiver]:
    """Return the teams by name; notes names used twice, mentions that mention nobody and steps that lead nowhere.

    `known` is every name in the file, None where its list of receivers cannot be read.
    """
    targets: dict[str, SlackTarget] = {}
    for index, section in enumerate(root.receivers):
        if section.name in targets:
            problem = f"receiver {section.name!r} is defined twice"
            reading.error(("receivers", index, "name"), problem, "rename or remove one of them")
        targets.setdefault(section.name, _target(section, ("receivers", index, "slack"), reading))
    receivers: dict[str, Receiver] = {}
    for index, section in enumerate(root.receivers):
        steps = _Steps(section.name, targets, known, reading).of(section.escalation, ("receivers", index, "escalation"))
        receivers.setdefault(section.name, _receiver(root, index, targets[section.name], steps, reading))
    return receivers


def _receiver(
    root: Root, index: int, target: SlackTarget, steps: tuple[EscalationStep, ...], reading: Reading
) -> Receiver:
    section, where = root.receivers[index], ("receivers", index)
    if steps and target.webhook:
        problem = "nobody can acknowledge what comes by webhook, so every page will take all of these steps"
        reading.warn((*where, "escalation"), problem, "name a `channel` of the app, or remove `escalation`", key=True)
    hours = section.working_hours
    own = ((*where, "timezone"), section.timezone) if section.timezone else (("timezone",), root.timezone)
    return Receiver(
        name=section.name,
        slack=target,
        timezone=reading.zone(*own),
        locale=section.locale or root.locale,
        escalation=steps,
        remind_acknowledged_s=section.remind_acknowledged,
        morning=minutes(hours.start),
        workdays=workdays_of(hours.days, (*where, "working_hours", "days"), reading),
        report=build_team_report(section.report, root),
    )


def _target(section: ReceiverSection, where: Where, reading: Reading) -> SlackTarget:
    slack = section.slack
    _check_mention(slack.mention, (*where, "mention"), reading)
    if slack.channel:
        return SlackTarget(slack.channel, slack.ticket_channel, slack.fallback_channel, slack.mention)
    webhook = either(slack.webhook, slack.webhook_file, (*where, "webhook"), reading)
    _check_webhook(webhook, (*where, "webhook_file" if slack.webhook_file else "webhook"), reading)
    for key in ("ticket_channel", "fallback_channel"):
        if getattr(slack, key):
            problem = f"an incoming webhook tells one channel only, so `{key}` does nothing"
            reading.error((*where, key), problem, "remove it, or name a `channel` instead of the webhook", key=True)
    return SlackTarget(f"webhook:{section.name}", mention=slack.mention, webhook=webhook)


def _check_mention(mention: str, where: Where, reading: Reading) -> None:
    if mention and not mention.startswith("<"):
        problem = "the mention is not in Slack's form, so it mentions nobody"
        mend = 'write "<!subteam^S0SRE>" for a group, "<@U0ADA>" for a person, "<!here>" for who is there'
        reading.warn(where, problem, mend)


def _check_webhook(address: str, where: Where, reading: Reading) -> None:
    """Note an address that the router does not send to; it is a secret, so nothing of it is shown."""
    if not _is_safe(address):
        mend = "copy it from Slack as it is, https://... (http:// only for an address of this machine)"
        reading.error(where, "the webhook's address is no https:// URL", mend)


def _is_safe(address: str) -> bool:
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return False
    plain = address.isascii() and address.isprintable() and " " not in address
    return plain and bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host)))


class _Steps:
    """Builds the escalation of one receiver."""

    def __init__(
        self, owner: str, targets: Mapping[str, SlackTarget], known: frozenset[str] | None, reading: Reading
    ) -> None:
        self._owner = owner
        self._targets = targets
        self._known = known
        self._reading = reading

    def of(self, sections: list[EscalationSection], where: Where) -> tuple[EscalationStep, ...]:
        """Return the steps in order; notes one that does not come later than the one before it."""
        for index in range(1, len(sections)):
            if sections[index].after <= sections[index - 1].after:
                problem = "this step does not come later than the one before it"
                self._reading.error((*where, index, "after"), problem, "order the steps by `after`, each one later")
        return tuple(self._step(each, (*where, index)) for index, each in enumerate(sections))

    def _step(self, section: EscalationSection, where: Where) -> EscalationStep:
        _check_mention(section.mention, (*where, "mention"), self._reading)
        if not section.receiver:
            return EscalationStep(section.after, mention=section.mention)
        self._check_receiver(section.receiver, (*where, "receiver"))
        target = self._targets.get(section.receiver, SlackTarget(""))
        return EscalationStep(section.after, target.mention, section.receiver, target.channel)

    def _check_receiver(self, name: str, where: Where) -> None:
        if name == self._owner:
            problem = "a receiver cannot escalate to itself"
            self._reading.error(where, problem, "name another receiver, or write `mention` instead")
        elif self._known is not None and name not in self._known:
            self._reading.error(where, f"unknown receiver {name!r}", define(self._known, "receivers"))
