"""What the configuration says about one incident: its team, its channel, its language, the durations of its life."""

from dataclasses import dataclass, replace

from router.classify import every_route
from router.config.values import Config, Receiver, SlackTarget
from router.gate import Kind, Outcome, Reason
from router.incident import Incident, Judgement, Life, MutedBy, Step, View
from router.mute.times import muting_intervals, next_change


@dataclass(frozen=True, slots=True)
class Setting:
    """One incident under the configuration in force. `interactive` tells whether Slack can send us clicks."""

    config: Config
    incident: Incident
    interactive: bool

    @property
    def is_notice(self) -> bool:
        """Whether the router speaks about itself."""
        return any(state.alert_class.kind is Kind.NOTICE for state in self.incident.classes.values())

    @property
    def receiver(self) -> Receiver:
        """The team it is routed to; the root's where that one is not configured any more."""
        return self._named(self.incident.receiver)

    def _named(self, name: str) -> Receiver:
        receivers = self.config.receivers
        return receivers.get(name) or receivers[self.config.rules.route.receiver]

    def told(self, step: Step) -> Receiver:
        """Return whom a step's message is for: the team, or another one that it is escalated to."""
        name = step.root.receiver if step.root is not None else step.receiver
        return self._named(name) if name else self.receiver

    def channel(self, judgement: Judgement) -> str:
        """Return where its leading outcome is told; a notice about a channel stands in that channel."""
        own = self.incident.lead.facts.get("channel", "") if self.is_notice else ""
        if own:
            return own
        target: SlackTarget = self.receiver.slack
        ticket = judgement.lead is not None and judgement.lead.outcome is Outcome.TICKET
        return (target.ticket_channel or target.channel) if ticket else target.channel

    def life(self) -> Life:
        """Return the durations of its life."""
        receiver = self.receiver
        return Life(
            rejudge_s=self.config.evaluation.interval_s,
            remind_s=receiver.remind_acknowledged_s,
            steps=receiver.escalation,
        )

    def mute_times(self, now: float) -> tuple[str, ...]:
        """Return the names of the time intervals in which its route tells nobody now."""
        if self.is_notice:
            return ()
        return muting_intervals(*self._times(), self.config.time_intervals, now)

    def next_mute_change(self, now: float) -> float | None:
        """Return when that may change, None for not soon."""
        mute, active = self._times()
        return next_change(mute, active, self.config.time_intervals, now) if mute or active else None

    def _times(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the mute and active times of its route as the configuration in force has them.

        Where that has another tree, and no such route for this team, those with which the incident began still hold.
        """
        incident = self.incident
        route = next((each for each in every_route(self.config.rules.route) if each.path == incident.route), None)
        if route is None or route.receiver != incident.receiver:
            return incident.mute_times, incident.active_times
        return route.mute_times, route.active_times

    def seen(self, view: View, muted_by: tuple[MutedBy, ...], now: float) -> View:
        """Return a view with what only its surroundings know."""
        times = tuple(MutedBy(Reason.MUTE_TIME, name) for name in self.mute_times(now))
        return replace(
            view,
            interactive=self.interactive,
            timezone=self.receiver.timezone.key,
            muted_by=(*muted_by, *times),
            alerts_muted=view.alerts_firing if times else view.alerts_muted,
        )

    def addressed(self, view: View, step: Step) -> View:
        """Return the view as another team gets it: in their time zone, with their mention."""
        receiver = self.told(step)
        if receiver is self.receiver:
            return view
        mention = receiver.slack.mention if view.mention else ""
        return replace(view, timezone=receiver.timezone.key, mention=mention, first_team=self.receiver.name)
