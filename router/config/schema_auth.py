"""Credentials as the file has them: how a sender proves itself, how we prove ourselves to an SLO source.

Every secret has a twin `..._file`, the path of a file that holds it, relative to the configuration file.
"""

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, StringConstraints
from pydantic_core import PydanticCustomError

HttpUrl = Annotated[str, StringConstraints(pattern=r"^https?://[^\s/]+")]


class Section(BaseModel):
    """A mapping of the file: unknown keys are refused, and no error ever shows an input."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True, frozen=True)


def exactly_one(**given: str) -> None:
    """Raise PydanticCustomError unless one, and only one, of these keys of a section has a value."""
    present = sum(bool(value) for value in given.values())
    if present != 1:
        keys = {"keys": " or ".join(f"`{key}`" for key in given)}
        raise PydanticCustomError("several_of" if present else "none_of", "exactly one of {keys}", keys)


def _listed(value: Any) -> Any:
    """Return one thing as a list of one."""
    return [value] if isinstance(value, str | dict) else value


Secrets = Annotated[list[SecretStr], BeforeValidator(_listed, json_schema_input_type=str | list[str])]
Files = Annotated[list[str], BeforeValidator(_listed, json_schema_input_type=str | list[str])]
"""Lists that may be written as one item without a list."""


class Basic(Section):
    """A user name with its password (RFC 7617)."""

    username: str = Field(description="User name.", examples=["datadog"])
    password: SecretStr = Field(
        SecretStr(""),
        description="Password; empty: these credentials are not used.",
        examples=["${DATADOG_WEBHOOK_PASSWORD:-}"],
    )
    password_file: str = Field("", description="File that holds the password.", examples=["/run/secrets/datadog"])


class HeaderValue(Section):
    """A header of the sender's own, and the value it must have."""

    name: str = Field(description="Name of the header.", pattern=r"^[A-Za-z0-9-]+$", examples=["X-Router-Token"])
    value: SecretStr = Field(
        SecretStr(""), description="Its value; empty: the header is not used.", examples=["${ROUTER_TOKEN:-}"]
    )
    value_file: str = Field("", description="File that holds the value.", examples=["/run/secrets/token"])


class Auth(Section):
    """How a sender proves itself; any one of the credentials is enough.

    Without any (or with empty ones only) everybody may send. That is allowed while the router listens on loopback
    only; beyond it, the configuration is refused.
    """

    bearer: Secrets = Field(
        [],
        description="Token of `Authorization: Bearer`; a list while one is rotated.",
        examples=["${ALERTMANAGER_TOKEN:-}"],
    )
    bearer_file: Files = Field([], description="File (or files) of the token.", examples=["/run/secrets/token"])
    basic: Annotated[list[Basic], BeforeValidator(_listed, json_schema_input_type=Basic | list[Basic])] = Field(
        [],
        description="User name and password; a list while one is rotated.",
        examples=['{username: datadog, password: "${DATADOG_WEBHOOK_PASSWORD:-}"}'],
    )
    header: HeaderValue | None = Field(
        None,
        description="A header of your own.",
        examples=['{name: X-Router-Token, value: "${ROUTER_TOKEN:-}"}'],
    )
