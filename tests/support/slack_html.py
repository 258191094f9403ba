"""A message as a page of HTML that looks much like Slack: the same blocks, drawn by a browser for the pictures."""

import html
import re
from typing import Any

Block = dict[str, Any]

WIDTH = 640
NAMES = {"@U0SATO": "Sato", "@U0SUZUKI": "Suzuki", "!subteam^S0SRE": "sre-oncall", "!subteam^S0LEADS": "sre-leads"}
"""How the people and groups of the sample workspace are called."""
PLOT = (540, 120)
COLOURS = ("#1264a3", "#d9730d")
"""Of a chart's lines: Slack chooses its own."""
_TOKEN = re.compile(r"<(?P<inside>[^<>]+)>|\*(?P<bold>[^*\n]+)\*|`(?P<code>[^`\n]+)`")
_STYLE = """
* { box-sizing: border-box; margin: 0 }
body { width: 640px; padding: 14px 16px 16px; background: #fff; color: #1d1c1d;
  font: 15px/1.46 "Lato", "Liberation Sans", "DejaVu Sans", "Noto Sans CJK JP", sans-serif }
.message { display: flex; gap: 9px } .body { flex: 1; min-width: 0 }
.face { width: 36px; height: 36px; border-radius: 7px; background: #1f5f8b; color: #fff; font-weight: 700;
  text-align: center; line-height: 36px; flex: none }
.who b { font-weight: 700 } .who i { font-style: normal; font-size: 10px; background: #e8e8e8; color: #616061;
  border-radius: 2px; padding: 1px 4px; margin: 0 6px; vertical-align: 1px }
.who span { color: #616061; font-size: 12px }
.also { color: #616061; font-size: 13px }
h1 { font-size: 18px; line-height: 1.33; margin: 8px 0 4px }
p, .fields { margin: 8px 0; overflow-wrap: anywhere; white-space: pre-line }
.fields { display: grid; grid-template-columns: 1fr 1fr; gap: 8px 16px; white-space: normal }
.fields div { white-space: pre-line }
.context { margin: 6px 0; color: #616061; font-size: 13px; overflow-wrap: anywhere }
.context > span { margin-right: 8px }
.row { display: flex; flex-wrap: wrap; gap: 8px; margin: 10px 0 }
button { font: 700 13px/1 inherit; font-family: inherit; height: 28px; padding: 0 11px; background: #fff;
  color: #1d1c1d; border: 1px solid #bbb; border-radius: 4px }
button.primary { background: #007a5a; border-color: #007a5a; color: #fff }
.menu { position: relative } .menu ul { list-style: none; padding: 6px 0; margin: 4px 0 8px; border: 1px solid #ddd;
  border-radius: 6px; width: max-content }
.menu li { padding: 3px 16px; font-size: 14px }
a { color: #1264a3; text-decoration: none } .mention { color: #1264a3; background: #e8f5fa; border-radius: 3px;
  padding: 0 2px }
table { border-collapse: collapse; margin: 8px 0; font-size: 13px; width: 100% }
td { border: 1px solid #ddd; padding: 4px 8px; vertical-align: top } tr:first-child td { font-weight: 700 }
td.right { text-align: right } td.time { white-space: nowrap }
"""


_MORE_STYLE = """
.chart { border: 1px solid #ddd; border-radius: 8px; padding: 8px 10px; margin: 8px 0; font-size: 13px }
.chart svg { margin-top: 6px } .chart text { font-size: 11px; fill: #616061 }
.axis { text-align: center; color: #616061; font-size: 11px }
code { color: #c01343; background: #f7f7f7; border: 1px solid #ddd; border-radius: 3px; padding: 0 3px;
  font-size: 12px }
"""
"""What only messages with a chart need, so that the pages of the others stay as they are."""


def page_of(blocks: list[Block], also: str = "") -> str:
    """Return a self-contained page that shows the blocks; `also` is Slack's own line above a reply."""
    drawn = "\n".join(_BLOCKS[block["type"]](block) for block in blocks)
    note = f'<div class="also">{html.escape(also)}</div>' if also else ""
    who = '<div class="who"><b>slo-router</b><i>APP</i><span>18:00</span></div>'
    style = _STYLE + (_MORE_STYLE if any(block["type"] == "data_visualization" for block in blocks) else "")
    return (
        f'<!doctype html><meta charset="utf-8"><title>message</title><style>{style}</style>'
        f'<div class="message"><div class="face">S</div><div class="body">{note}{who}\n{drawn}</div></div>'
        "<script>document.body.dataset.height = document.documentElement.offsetHeight</script>\n"
    )


def _text(thing: Block) -> str:
    if thing["type"] == "plain_text":
        return html.escape(thing["text"])
    text, end, drawn = thing["text"], 0, []
    for found in _TOKEN.finditer(text):
        code = f"<code>{found['code']}</code>" if found["code"] else ""
        drawn += [text[end : found.start()], code or _token(found["inside"], found["bold"])]
        end = found.end()
    return "".join([*drawn, text[end:]])  # what stands between is escaped already, as Slack wants it


def _token(inside: str | None, bold: str | None) -> str:
    if inside is None:
        return f"<b>{bold}</b>"
    target, _, label = inside.partition("|")
    if target.startswith("!date"):
        return label.rpartition(" ")[0]  # what a reader sees has no zone: it is their own
    if target in NAMES:
        return f'<span class="mention">@{NAMES[target]}</span>'
    return f'<a href="#">{label or target}</a>'


def _header(block: Block) -> str:
    return f"<h1>{_text(block['text'])}</h1>"


def _section(block: Block) -> str:
    if "text" in block:
        return f"<p>{_text(block['text'])}</p>"
    return f'<div class="fields">{"".join(f"<div>{_text(field)}</div>" for field in block["fields"])}</div>'


def _context(block: Block) -> str:
    return f'<div class="context">{"".join(f"<span>{_text(each)}</span>" for each in block["elements"])}</div>'


def _actions(block: Block) -> str:
    faces = [_face(each) for each in block["elements"]]
    menus = [each for each in block["elements"] if each["type"] == "overflow"]
    entries = "".join(f"<li>{_text(option['text'])}</li>" for menu in menus for option in menu["options"])
    opened = f'<div class="menu"><ul>{entries}</ul></div>' if entries else ""
    return f'<div class="row">{"".join(faces)}</div>{opened}'


def _face(element: Block) -> str:
    if element["type"] == "overflow":
        return "<button>⋯</button>"
    return f'<button class="{element.get("style", "")}">{_text(element["text"])}</button>'


def _table(block: Block) -> str:
    align = [column.get("align", "") for column in block["column_settings"]]
    rows = ("".join(_cell(cell, side) for cell, side in zip(row, align, strict=True)) for row in block["rows"])
    return f"<table>{''.join(f'<tr>{row}</tr>' for row in rows)}</table>"


def _cell(cell: Block, side: str) -> str:
    if cell["type"] == "raw_text":
        return f'<td class="{side}">{html.escape(cell["text"])}</td>'
    (date,) = cell["elements"][0]["elements"]
    return f'<td class="time">{html.escape(date["fallback"].rpartition(" ")[0])}</td>'


def _chart(block: Block) -> str:
    """Draw a native line chart about as Slack does; its own colours and sizes are Slack's secret."""
    days, rows = block["chart"]["axis_config"]["categories"], block["chart"]["series"]
    most = max(point["value"] for row in rows for point in row["data"]) or 1
    step = (PLOT[0] - 40) / max(1, len(days) - 1)
    lines, names = [], []
    for row, colour in zip(rows, COLOURS, strict=False):
        places = [(20 + step * at, PLOT[1] * (1 - point["value"] / most) + 8) for at, point in enumerate(row["data"])]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        dots = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>' for x, y in places)
        lines.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2.5"/>{dots}')
        names.append(f'<span style="color:{colour}">●</span> {html.escape(row["name"])}')
    labels = "".join(
        f'<text x="{20 + step * at:.1f}" y="{PLOT[1] + 26}" text-anchor="middle">{html.escape(day)}</text>'
        for at, day in enumerate(days)
    )
    base = f'<line x1="0" x2="{PLOT[0]}" y1="{PLOT[1] + 8}" y2="{PLOT[1] + 8}" stroke="#ddd"/>'
    drawn = f'<svg width="{PLOT[0]}" height="{PLOT[1] + 32}">{base}{"".join(lines)}{labels}</svg>'
    title, x = html.escape(block["title"]), html.escape(block["chart"]["axis_config"]["x_label"])
    return f'<div class="chart"><b>{title}</b> {"&ensp;".join(names)}<br>{drawn}<div class="axis">{x}</div></div>'


_BLOCKS = {
    "header": _header,
    "section": _section,
    "context": _context,
    "actions": _actions,
    "table": _table,
    "data_visualization": _chart,
}
