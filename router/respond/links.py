"""Addresses of messages in Slack. Pure."""

from router.incident import Incident


def link_of(incident: Incident | None, team_url: str) -> str:
    """Return the address of an incident's message, the newest where there are several, "" where there is none.

    Slack's form (docs.slack.dev/reference/methods/chat.getPermalink): the timestamp without its dot.
    """
    if incident is None or not incident.told.roots or not team_url:
        return ""
    root = incident.told.roots[-1]
    return f"{team_url}archives/{root.channel}/p{root.ts.replace('.', '')}"
