"""Smaller PNGs by the standard library alone: colours rounded to a palette of at most 256 (PNG specification, W3C)."""

import struct
import zlib
from collections import Counter

STEP = 51
"""Colours are rounded to multiples of this, except the frequent ones."""
FREQUENT = 24


def size_of(png: bytes) -> tuple[int, int]:
    """Return width and height in pixels."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n", "not a PNG"
    width, height = struct.unpack(">II", png[16:24])
    return width, height


def pixels_of(png: bytes) -> list[bytes]:
    """Return the colours (RGB) of a picture, row after row, of eight bits per channel and not interlaced."""
    width, height = size_of(png)
    depth, kind, interlaced = png[24], png[25], png[28]
    assert (depth, interlaced) == (8, 0) and kind in (2, 6), "only plain RGB and RGBA are read"
    step = 3 if kind == 2 else 4
    raw, rows, above = zlib.decompress(b"".join(_chunks(png, b"IDAT"))), [], bytes(width * step)
    for row in range(height):
        start = row * (width * step + 1)
        above = _unfiltered(raw[start], raw[start + 1 : start + 1 + width * step], above, step)
        rows.append(above)
    return [line[at : at + 3] for line in rows for at in range(0, width * step, step)]


def smaller(png: bytes, texts: dict[str, str]) -> bytes:
    """Return the picture with a palette, and with `texts` in chunks of their own."""
    width, height = size_of(png)
    pixels = pixels_of(png)
    frequent = {colour for colour, _ in Counter(pixels).most_common(FREQUENT)}
    rounded = {each: each if each in frequent else _rounded(each) for each in set(pixels)}
    palette = {colour: index for index, colour in enumerate(sorted(set(rounded.values())))}
    indexed = {colour: palette[near] for colour, near in rounded.items()}
    lines = (bytes(indexed[each] for each in pixels[row * width : (row + 1) * width]) for row in range(height))
    body = zlib.compress(b"".join(b"\0" + line for line in lines), 9)
    chunks = [
        _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
        _chunk(b"PLTE", b"".join(sorted(palette))),
        *(_chunk(b"tEXt", f"{name}\0{text}".encode("latin-1")) for name, text in texts.items()),
        _chunk(b"IDAT", body),
        _chunk(b"IEND", b""),
    ]
    return png[:8] + b"".join(chunks)


def text_in(png: bytes, name: str) -> str:
    """Return a text that the picture carries, "" for none."""
    texts = (chunk.partition(b"\0") for chunk in _chunks(png, b"tEXt"))
    return next((text.decode("latin-1") for found, _, text in texts if found.decode("latin-1") == name), "")


def _rounded(colour: bytes) -> bytes:
    return bytes(min(255, round(channel / STEP) * STEP) for channel in colour)


def _chunks(png: bytes, kind: bytes) -> list[bytes]:
    found, at = [], 8
    while at < len(png):
        length = int.from_bytes(png[at : at + 4], "big")
        if png[at + 4 : at + 8] == kind:
            found.append(png[at + 8 : at + 8 + length])
        at += 12 + length
    return found


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _unfiltered(how: int, line: bytes, above: bytes, step: int) -> bytes:
    """Undo a row's filter: none, sub, up, average, Paeth."""
    done = bytearray(line)
    for at, value in enumerate(line):
        left, up = (done[at - step] if at >= step else 0), above[at]
        corner = above[at - step] if at >= step else 0
        done[at] = (value + (0, left, up, (left + up) // 2, _paeth(left, up, corner))[how]) & 255
    return bytes(done)


def _paeth(left: int, up: int, corner: int) -> int:
    guess = left + up - corner
    return min((left, up, corner), key=lambda each: abs(guess - each))
