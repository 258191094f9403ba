"""Columns of numbers and words, each deflated: a day of an SLO's minutes takes a tenth of its JSON. Pure.

A column of numbers (of six significant digits) becomes whole numbers at one decimal scale. Kept are either their steps
from row to row or, where few values come again and again, their places in a sorted table: whatever is smaller. Bytes
of equal weight stand together (as in Blosc's shuffle), for they resemble each other.
"""

import struct
import zlib
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise
from math import floor, log10

import orjson

DIGITS = 6
_EXACT = 2**53
"""Below this every whole number is a float."""
_SCALES = 22
"""Powers of ten up to this are floats."""
_STEPS, _TABLE, _TEXT = b"s", b"t", b"j"
_HEAD = struct.Struct("<cbH")
"""How it is kept, the decimal scale, length of the mask (0: no value is absent)."""
_RUN = struct.Struct("<HqqB")
"""How many whole numbers, the first, the least step, bytes of a step."""
_SIZE = struct.Struct("<I")


def six(value: float) -> float:
    """Return a number to six significant digits."""
    return float(f"{value:.{DIGITS}g}")


def pack_numbers(values: Sequence[float | None]) -> bytes:
    """Return a column of numbers (six significant digits each; None is absent). At most 65,535."""
    present = [value for value in values if value is not None]
    mask = b"" if len(present) == len(values) else bytes(value is not None for value in values)
    scale, whole = _scaled(present)
    if whole is None:
        return _deflated(_HEAD.pack(_TEXT, 0, len(mask)) + mask + orjson.dumps(present))
    table = sorted(set(whole))
    places = {value: place for place, value in enumerate(table)}
    by_table = _run(table) + _run([places[value] for value in whole])
    kinds = ((_STEPS, _run(whole)), (_TABLE, by_table))
    return min((_deflated(_HEAD.pack(kind, scale, len(mask)) + mask + kept) for kind, kept in kinds), key=len)


def unpack_numbers(packed: bytes) -> list[float | None]:
    """Return the column that `pack_numbers` packed."""
    raw = _inflated(packed)
    kind, scale, masked = _HEAD.unpack_from(raw)
    mask, raw = raw[_HEAD.size : _HEAD.size + masked], raw[_HEAD.size + masked :]
    present = iter(_numbers(kind, scale, raw))
    return [next(present) if there else None for there in mask] if masked else list(present)


def _numbers(kind: bytes, scale: int, raw: bytes) -> list[float]:
    if kind == _TEXT:
        return [float(value) for value in orjson.loads(raw)]
    whole, rest = _unrun(raw)
    if kind == _TABLE:
        whole = [whole[place] for place in _unrun(rest)[0]]
    return _unscaled(scale, whole)


def _scaled(values: Sequence[float]) -> tuple[int, list[int] | None]:
    """Return values as whole numbers of 10**-scale; None where those would be too big to be exact."""
    least = min((abs(value) for value in values if value), default=1.0)
    scale = DIGITS - 1 - floor(log10(least))
    if abs(scale) > _SCALES or max(map(abs, values), default=0.0) * 10.0**scale >= _EXACT:
        return 0, None
    power = 10 ** abs(scale)
    whole = [round(value * power) if scale >= 0 else round(value / power) for value in values]
    while any(whole) and not any(value % 10 for value in whole):
        whole, scale = [value // 10 for value in whole], scale - 1
    return (scale, whole) if _unscaled(scale, whole) == list(values) else (0, None)


def _unscaled(scale: int, whole: Sequence[int]) -> list[float]:
    power = 10 ** abs(scale)
    return [value / power for value in whole] if scale >= 0 else [float(value * power) for value in whole]


def _run(whole: Sequence[int]) -> bytes:
    """Return whole numbers as the steps between them, each less the least of them, the bytes of one weight together."""
    steps = [after - before for before, after in pairwise(whole)]
    least = min(steps, default=0)
    width = (max(steps, default=0) - least).bit_length() + 7 >> 3
    raw = struct.pack(f"<{len(steps)}Q", *(step - least for step in steps))
    head = _RUN.pack(len(whole), whole[0] if whole else 0, least, width)
    return head + b"".join(raw[weight::8] for weight in range(width))


def _unrun(raw: bytes) -> tuple[list[int], bytes]:
    """Return the whole numbers of a run, and what stands behind it."""
    length, first, least, width = _RUN.unpack_from(raw)
    steps = max(length - 1, 0)
    end = _RUN.size + steps * width
    if not length:
        return [], raw[end:]
    spread = bytearray(8 * steps)
    for weight in range(width):
        spread[weight::8] = raw[_RUN.size + weight * steps : _RUN.size + (weight + 1) * steps]
    return list(accumulate(map(least.__add__, struct.unpack(f"<{steps}Q", spread)), initial=first)), raw[end:]


def pack_words(values: Sequence[str]) -> bytes:
    """Return a column of words, few of them different."""
    table = sorted(set(values))
    places = {value: place for place, value in enumerate(table)}
    return _deflated(orjson.dumps([table, [places[value] for value in values]]))


def unpack_words(packed: bytes) -> list[str]:
    """Return the column that `pack_words` packed."""
    table, places = orjson.loads(_inflated(packed))
    return [table[place] for place in places]


def framed(columns: Sequence[bytes]) -> bytes:
    """Return columns one after the other, each with its size before it."""
    return b"".join(_SIZE.pack(len(column)) + column for column in columns)


def unframed(raw: bytes) -> Iterator[bytes]:
    """Yield the columns that `framed` put together."""
    at = 0
    while at < len(raw):
        (size,) = _SIZE.unpack_from(raw, at)
        at += _SIZE.size + size
        yield raw[at - size : at]


def _deflated(raw: bytes) -> bytes:
    deflate = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS, 9, zlib.Z_FILTERED)
    return deflate.compress(raw) + deflate.flush()


def _inflated(packed: bytes) -> bytes:
    return zlib.decompress(packed, -zlib.MAX_WBITS)
