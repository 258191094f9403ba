"""From a step to the order that Slack gets: which message, where, in whose language, under which delivery id. Pure."""

from uuid import NAMESPACE_URL, uuid5

from router.dispatch.setting import Setting
from router.incident import Incident, Intent, Order, Say, Step, View
from router.incident.view import said_by


def order_of(setting: Setting, incident: Incident, step: Step, begun_before: Intent | None, view: View) -> Order:
    """Return the order of a step's message; one that was begun before keeps its delivery id."""
    receiver = setting.told(step)
    edited = incident.told.causes if step.say is Say.CAUSES else step.root
    return Order(
        view=said_by(step, setting.addressed(view, step)),
        channel=edited.channel if edited is not None else step.channel,
        delivery_id=begun_before.delivery_id if begun_before is not None else delivery_id(incident, step, view.now),
        locale=receiver.locale,
        ts=edited.ts if edited is not None else "",
        thread_ts=step.thread,
        # After a reload from a webhook to a channel, what stood behind the webhook goes on in the channel.
        fallback_channel=receiver.slack.fallback_channel or receiver.slack.channel,
        intent_at=begun_before.at if begun_before is not None else None,
        lookups=begun_before.lookups if begun_before is not None else 0,
        urgent=step.urgent,
    )


def delivery_id(incident: Incident, step: Step, now: float) -> str:
    """Return an id: the same for every attempt at the same post, another for the next and for every edit (UUIDv5)."""
    known = incident.told
    parts: tuple[object, ...] = (incident.id, step.say, len(known.roots), known.refires, known.broadcast_at, step.call)
    if step.call is not None:
        parts = (*parts, incident.handling.acts, step.handling.steps, step.handling.asked_at)
    return str(uuid5(NAMESPACE_URL, "alert-router:" + repr((*parts, now if step.root is not None else None))))
