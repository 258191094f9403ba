"""What the doctor can find: a closed list, so that the documentation explains every one of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Mark(StrEnum):
    """How bad it is."""

    GOOD = "good"
    CARE = "care"
    """It works, and you should know; the exit code stays 0."""
    BAD = "bad"


class Sound(StrEnum):
    """What is as it should be."""

    TOKEN = "token"  # noqa: S105 - a name
    AUTH = "auth"
    CLOCK = "clock"
    SCOPES = "scopes"
    CHANNEL = "channel"
    MENTION = "mention"
    SECRET = "secret"  # noqa: S105 - a name
    SOCKET = "socket"
    ROUTER = "router"
    DOORS = "doors"
    WEBHOOK = "webhook"
    POSTED = "posted"
    WEBHOOK_POSTED = "webhook_posted"


class Code(StrEnum):
    """What is wrong or needs care."""

    CONFIG_UNUSABLE = "config_unusable"
    TOKEN_MISSING = "token_missing"  # noqa: S105 - a name
    TOKEN_OF_USER = "token_of_user"  # noqa: S105 - a name
    TOKEN_OF_APP = "token_of_app"  # noqa: S105 - a name
    TOKEN_ROTATES = "token_rotates"  # noqa: S105 - a name
    TOKEN_SHAPE = "token_shape"  # noqa: S105 - a name
    INVALID_AUTH = "invalid_auth"
    TOKEN_REVOKED = "token_revoked"  # noqa: S105 - a name
    TOKEN_EXPIRED = "token_expired"  # noqa: S105 - a name
    ACCOUNT_INACTIVE = "account_inactive"
    AUTH_REFUSED = "auth_refused"
    UNREACHABLE = "unreachable"
    PROXY_UNUSED = "proxy_unused"
    TLS = "tls"
    NOT_SLACK = "not_slack"
    SLACK_FAILING = "slack_failing"
    RATE_LIMITED = "rate_limited"
    CLOCK_SKEW = "clock_skew"
    SCOPE_MISSING = "scope_missing"
    SCOPES_UNKNOWN = "scopes_unknown"
    CHANNEL_NOT_FOUND = "channel_not_found"
    CHANNEL_SHAPE = "channel_shape"
    CHANNEL_NAMED = "channel_named"
    CHANNEL_ARCHIVED = "channel_archived"
    CHANNEL_NOT_JOINED = "channel_not_joined"
    CHANNEL_READ_ONLY = "channel_read_only"
    CHANNEL_SHARED = "channel_shared"
    CHANNEL_UNCHECKED = "channel_unchecked"
    MENTION_SHAPE = "mention_shape"
    MENTION_MISSING = "mention_missing"
    MENTION_UNCHECKED = "mention_unchecked"
    GROUP_NOT_FOUND = "group_not_found"
    GROUP_DISABLED = "group_disabled"
    GROUP_EMPTY = "group_empty"
    GROUPS_NEED_PLAN = "groups_need_plan"
    PERSON_NOT_FOUND = "person_not_found"
    PERSON_GONE = "person_gone"
    BUTTONS_OFF = "buttons_off"
    BOTH_MODES = "both_modes"
    SECRET_SHAPE = "secret_shape"  # noqa: S105 - a name
    APP_TOKEN_SHAPE = "app_token_shape"  # noqa: S105 - a name
    SOCKET_SCOPE = "socket_scope"
    SOCKET_REFUSED = "socket_refused"
    ROUTER_UNREACHABLE = "router_unreachable"
    ROUTER_WITHOUT_TOKEN = "router_without_token"  # noqa: S105 - a name
    ROUTER_TROUBLE = "router_trouble"
    ROUTER_NO_DOOR = "router_no_door"
    ROUTER_FAILING = "router_failing"
    SECRET_DIFFERS = "secret_differs"  # noqa: S105 - a name
    SECRET_UNCHECKED = "secret_unchecked"  # noqa: S105 - a name
    WEBHOOK_SHAPE = "webhook_shape"
    WEBHOOK_REFUSED = "webhook_refused"
    WEBHOOK_ONLY = "webhook_only"
    POST_FAILED = "post_failed"
    TEST_LEFT = "test_left"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One thing that was looked at; `facts` fill its sentence and never hold a secret."""

    code: Code | Sound
    mark: Mark
    facts: Mapping[str, str] = field(default_factory=dict)


def good(code: Sound, /, **facts: str) -> Diagnosis:
    """Return what is as it should be."""
    return Diagnosis(code, Mark.GOOD, facts)


def bad(code: Code, /, **facts: str) -> Diagnosis:
    """Return what keeps messages or clicks from arriving."""
    return Diagnosis(code, Mark.BAD, facts)


def care(code: Code, /, **facts: str) -> Diagnosis:
    """Return what should be known."""
    return Diagnosis(code, Mark.CARE, facts)
