"""All checks in the order in which they depend on each other: what cannot work is not asked for."""

from router.slack.doctor.asking import Asking, Said
from router.slack.doctor.channels import check_channels
from router.slack.doctor.diagnosis import Code, Diagnosis, Mark
from router.slack.doctor.doors import check_inbound, check_router
from router.slack.doctor.mentions import check_mentions
from router.slack.doctor.posting import check_webhooks, post_tests
from router.slack.doctor.setup import Setup
from router.slack.doctor.token import check_auth, check_token


async def examine(setup: Setup, asking: Asking) -> list[Diagnosis]:
    """Return everything that was looked at, good and bad, in reading order. Changes nothing, unless `post` is set."""
    token = check_token(setup)
    found = [token]
    if token.mark is Mark.GOOD:
        about, said = await check_auth(setup, asking)
        found += about
        found += await _workspace(setup, asking, said) if said.ok else []
    found += await check_webhooks(setup, asking)
    if setup.bot_token or setup.app_token or setup.signing_secret:
        found += await check_inbound(setup, asking)
    found += await check_router(setup, asking) if setup.router_url else []
    return [*found, *_limits(asking)]


async def _workspace(setup: Setup, asking: Asking, said: Said) -> list[Diagnosis]:
    """Look at what the configuration names in the workspace."""
    channels, ready = await check_channels(setup, asking, said.scopes or frozenset())
    mentions = await check_mentions(setup, asking)
    return [*channels, *mentions, *(await post_tests(setup, asking, list(dict.fromkeys(ready))) if setup.post else [])]


def _limits(asking: Asking) -> list[Diagnosis]:
    return [
        Diagnosis(
            Code.RATE_LIMITED,
            Mark.BAD if method in asking.given_up else Mark.CARE,
            {"method": method, "seconds": f"{seconds:.0f}"},
        )
        for method, seconds in asking.limited.items()
    ]
