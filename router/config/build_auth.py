"""Sources and SLO sources of the file as values, with their credentials; files of secrets are read here."""

from base64 import b64encode
from collections.abc import Sequence

from pydantic import SecretStr

from router.classify import NOTICE_SOURCE, SLO_SOURCE
from router.config.document import Where
from router.config.reading import Reading
from router.config.schema import Root, SloSourceSection
from router.config.schema_auth import Auth as AuthSection
from router.config.schema_auth import Basic, HeaderValue
from router.config.schema_mute import MirrorSection
from router.config.values import Auth, SloSourceConfig, SourceConfig


def build_sources(root: Root, reading: Reading) -> dict[str, SourceConfig]:
    """Return the senders by name; notes names that the router keeps for itself."""
    for name in (SLO_SOURCE, NOTICE_SOURCE):
        if name in root.sources:
            problem = f"the source name `{name}` is reserved for what the router says itself"
            reading.error(("sources", name), problem, "give the source another name", key=True)
    return {
        name: SourceConfig(name, section.type, _auth(section.auth, ("sources", name, "auth"), reading))
        for name, section in root.sources.items()
    }


def build_slo_sources(root: Root, reading: Reading) -> dict[str, SloSourceConfig]:
    """Return the SLO sources by name, their credentials as headers."""
    return {
        name: SloSourceConfig(
            name=name,
            type=section.type,
            url=section.url.rstrip("/"),
            headers=headers_of(section, ("slo_sources", name), reading),
            timeout_s=section.timeout,
        )
        for name, section in root.slo_sources.items()
    }


def _auth(section: AuthSection, where: Where, reading: Reading) -> Auth:
    """Return the credentials that are set; empty ones count as none."""
    basic = [_basic(each, _item(where, "basic", index, reading), reading) for index, each in enumerate(section.basic)]
    return Auth(
        bearer=tokens_of(section.bearer, section.bearer_file, where, reading),
        basic=tuple((name, password) for name, password in basic if password),
        header=_header(section.header, (*where, "header"), reading) if section.header else None,
    )


def tokens_of(written: Sequence[SecretStr], files: Sequence[str], where: Where, reading: Reading) -> tuple[str, ...]:
    """Return the tokens of `bearer` and `bearer_file` below `where`; empty ones count as none."""
    read = [reading.secret_file((*where, "bearer_file"), name) for name in files]
    return tuple(token for token in [*(each.get_secret_value() for each in written), *read] if token)


def _item(where: Where, key: str, index: int, reading: Reading) -> Where:
    """Return where item `index` of a list stands that may be written as one item without a list."""
    return reading.document.find((*where, key, index))


def _basic(section: Basic, where: Where, reading: Reading) -> tuple[str, str]:
    return section.username, either(section.password, section.password_file, (*where, "password"), reading)


def _header(section: HeaderValue, where: Where, reading: Reading) -> tuple[str, str] | None:
    value = either(section.value, section.value_file, (*where, "value"), reading)
    return (section.name, value) if value else None


def either(written: SecretStr | str, file: str, where: Where, reading: Reading) -> str:
    """Return a secret that is given directly or by a file; both is a mistake."""
    text = written.get_secret_value() if isinstance(written, SecretStr) else written
    if not file:
        return text
    key, of_file = where[-1], (*where[:-1], f"{where[-1]}_file")
    if text:
        reading.error(of_file, f"`{key}` and `{key}_file` are both set", "keep one of them", key=True)
    return reading.secret_file(of_file, file)


def headers_of(section: SloSourceSection | MirrorSection, where: Where, reading: Reading) -> dict[str, str]:
    """Return the headers of every request to somebody we ask, with our credentials; notes what is given twice."""
    token = either(section.bearer, section.bearer_file, (*where, "bearer"), reading)
    name, password = _basic(section.basic, (*where, "basic"), reading) if section.basic else ("", "")
    if token and password:
        mend = "keep one of them; a query carries one Authorization header"
        reading.error((*where, "basic"), "`bearer` and `basic` are both set", mend, key=True)
    headers = dict(section.headers)
    if password:
        headers["Authorization"] = "Basic " + b64encode(f"{name}:{password}".encode()).decode()
    if token:
        headers["Authorization"] = f"Bearer {token}"
    return headers
