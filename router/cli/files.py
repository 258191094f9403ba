"""History files (JSON Lines) as `export` writes them: what is wrong in them is said with its line, ten at once."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

import orjson

from router.cli.aloud import Passed, aloud
from router.errors import PayloadError
from router.noise.records import Known, firing_of
from router.noise.values import Firing

SHOWN_MOST = 10
_BOM = b"\xef\xbb\xbf"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_PACKED = {b"\x1f\x8b": "packed (gzip): unpack it first", b"PAR1": "Parquet: export it as jsonl"}
Read = TypeVar("Read")


def read_firings(path: str) -> list[Firing]:
    """Return the firings of a history file; raises PayloadError that names up to ten bad lines, OSError."""
    known = Known()
    return list(read_aloud(path, lambda record: firing_of(record, known)))


def read_aloud(path: str, read: Callable[[Mapping[str, Any]], Read]) -> Iterator[Read]:
    """Yield as `read_lines` does, and say on stderr how far it has come."""
    with aloud(f"reading {path}", "lines") as passed:
        yield from read_lines(path, read, passed)


def read_lines(path: str, read: Callable[[Mapping[str, Any]], Read], passed: Passed | None = None) -> Iterator[Read]:
    """Yield what `read` makes of every object of a file; it raises ValueError that says what is wrong and the mend.

    Raises PayloadError that names up to ten bad lines; none is yielded once there was one. Raises OSError.
    """
    problems: list[str] = []
    for number, line in _lines(path, passed or Passed()):
        try:
            value = read(_object(line))
        except orjson.JSONDecodeError as error:
            problems.append(f"{path}:{number}:{error.colno}: {_no_json(line, error)}")
        except ValueError as error:
            problems.append(f"{path}:{number}: {error}")
        else:
            if not problems:
                yield value
        if len(problems) == SHOWN_MOST:
            problems.append(f"{path}: there may be more; these are the first {SHOWN_MOST}")
            break
    if problems:
        raise PayloadError("\n".join(problems))


def _lines(path: str, passed: Passed) -> Iterator[tuple[int, bytes]]:
    """Yield the lines that are not empty, with their numbers."""
    with Path(path).open("rb") as file:
        for number, line in enumerate(file, 1):
            passed.count = number
            text = line.removeprefix(_BOM) if number == 1 else line
            if text and not text.isspace():
                yield number, text


def _object(line: bytes) -> Mapping[str, Any]:
    value = orjson.loads(line)
    if not isinstance(value, dict):
        raise ValueError("not an object: write one {...} a line (JSON Lines)")  # noqa: TRY004 - a value in a file
    return value


def _no_json(line: bytes, error: orjson.JSONDecodeError) -> str:
    if line.startswith(_UTF_16):
        return "not UTF-8: save it as UTF-8"
    packed = next((what for mark, what in _PACKED.items() if line.startswith(mark)), None)
    return packed or f"not JSON ({error.msg}): write one object a line, as `export --format jsonl` does"
