"""Numbers as people read them: percent, durations, burn rates, in English and Japanese. Pure."""

from math import floor, log10

_UNITS = {"en": (" s", " min", " h", " d"), "ja": ("秒", "分", "時間", "日")}
_TIMES = {"en": "x", "ja": "倍"}


def _trimmed(value: float, digits: int) -> str:
    text = f"{value:.{digits}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def percent(ratio: float) -> str:
    """Return a ratio as percent, two or three digits of it: "41%", "3.1%", "0.093%"; 99.96 % is not "100%"."""
    value = 100.0 * ratio
    size = abs(value)
    if size >= 100 or size == 0:
        digits = 0
    elif size >= 99:
        digits = min(8, 1 - floor(log10(100 - size)))
    elif size >= 10:
        digits = 0
    else:
        digits = 1 if size >= 1 else min(8, 1 - floor(log10(size)))
    return f"{_trimmed(value, digits)}%"


def goal(target: float) -> str:
    """Return a target as percent with every digit its author wrote: "99.9%", "97.5%"."""
    return f"{100.0 * target:.10g}%"


def duration(seconds: float, locale: str = "en") -> str:
    """Return a duration in its largest fitting unit: "52 s", "43 min", "13.4 h", "12.5 d"; "43分" in Japanese."""
    units = _UNITS.get(locale, _UNITS["en"])
    if seconds < 59.5:
        return f"{seconds:.0f}{units[0]}"
    minutes = seconds / 60.0
    if minutes < 59.5:
        return f"{_trimmed(minutes, 1 if minutes < 10 else 0)}{units[1]}"
    hours = minutes / 60.0
    return f"{_trimmed(hours, 1)}{units[2]}" if hours < 48 else f"{_trimmed(hours / 24.0, 1)}{units[3]}"


def times(burn: float, locale: str = "en", digits: int = 1) -> str:
    """Return a burn rate: "22.1x", "22.1倍"; without decimals from 100 on."""
    return f"{burn:.{0 if burn >= 99.95 else digits}f}{_TIMES.get(locale, 'x')}"


def limit(threshold: float, locale: str = "en") -> str:
    """Return a threshold with up to two decimals: "14.4x", "6x", "13.44x"."""
    return f"{_trimmed(threshold, 2)}{_TIMES.get(locale, 'x')}"


def count(events: float) -> str:
    """Return a number of events; extrapolated ones keep one decimal while they are few."""
    return _trimmed(events, 1) if events < 10 else f"{events:,.0f}"
