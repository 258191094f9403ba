"""The end of the day: every alert that was sent, by what became of it, and whether the sums agree."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from rich import box
from rich.table import Table
from rich.text import Text

from router.app.engine import Engine
from router.cli.demo.delivery import Posted
from router.cli.demo.play import Sent
from router.cli.demo.screen import STYLES, Screen
from router.cli.demo.texts import Words
from router.gate import Outcome, Reason
from router.state.entries import unpack_record

LOG_ENTRIES = 20_000
LOUDEST = 3
WIDEST_BAR = 30
BESIDE_BAR = 66
"""What stands left and right of a bar."""


@dataclass(frozen=True, slots=True)
class Account:
    """What became of the alerts, as the router's own state has it."""

    counts: Mapping[tuple[Outcome, Reason], int]
    sent: int
    unaccounted: int
    wolves: Sequence[tuple[str, int]]

    @property
    def total(self) -> int:
        """How many alerts have an outcome."""
        return sum(self.counts.values())

    @property
    def agrees(self) -> bool:
        """Whether every alert sent has exactly one outcome."""
        return self.total == self.sent and self.unaccounted == 0


async def account_for(engine: Engine, sent: Sent) -> Account:
    """Read the outcomes of all firings from the state."""
    tally = await engine.board.tally()
    audit = await engine.board.audit(engine.clock.now())
    settled = [(name.split(":"), amount) for name, amount in tally.items() if name.startswith("o:") and amount]
    counts = {(Outcome(outcome), Reason(reason)): amount for (_, outcome, reason), amount in settled}
    log = await engine.board.log(LOG_ENTRIES)
    if audit.held:
        counts[Outcome.HOLD, _last_hold(log)] = audit.held
    return Account(counts, sent.firings, audit.unaccounted, _wolves(log))


def _last_hold(log: Sequence[Mapping[str, Any]]) -> Reason:
    """Return why what is held is held, as it was decided last."""
    decisions = (orjson.loads(entry["entry"]) for entry in reversed(log) if entry["kind"] == "decision")
    return next((Reason(each["reason"]) for each in decisions if each["outcome"] == Outcome.HOLD), Reason.NO_THREAT)


def _wolves(log: Sequence[Mapping[str, Any]]) -> list[tuple[str, int]]:
    """Return the rules whose firings were dropped most often."""
    firings = (entry for entry in log if entry["kind"] == "firing")
    dropped = (entry for entry in firings if unpack_record(entry["record"].encode()).outcome == Outcome.DROP)
    return Counter(str(orjson.loads(entry["body"])["rule"]) for entry in dropped).most_common(LOUDEST)


def show_closing(screen: Screen, words: Words, account: Account, sent: Sent, posted: Posted) -> None:
    """Print the table, what it means for people, and what to do next."""
    screen.show()
    screen.show(_table(words, account))
    if account.unaccounted:
        screen.line(words.unaccounted.format(n=account.unaccounted), "bold red")
    screen.show(_bars(words, sent, posted, max(5, min(WIDEST_BAR, screen.width - BESIDE_BAR))))
    screen.show()
    screen.line(words.quiet.format(edits=posted.edits, duplicates=sent.duplicates))
    screen.line(words.wolves.format(list=words.comma.join(f"{rule} ({n})" for rule, n in account.wolves)))
    screen.show()
    screen.show(_next(words))


def _table(words: Words, account: Account) -> Table:
    table = Table(title=words.closing, title_style="bold", title_justify="left", box=box.SIMPLE_HEAD, show_footer=True)
    verdict = (words.agrees if account.agrees else words.differs).format(sent=account.sent)
    good = Text(verdict, style="bold green" if account.agrees else "bold red")
    outcome, reason, amount, meaning = words.columns
    table.add_column(outcome, footer=words.sum)
    table.add_column(reason)
    table.add_column(amount, justify="right", footer=str(account.total))
    table.add_column(meaning, footer=good)
    order = list(Outcome)
    for (became, why), number in sorted(account.counts.items(), key=lambda row: (order.index(row[0][0]), -row[1])):
        badge = Text(f" {words.badges[became]} ", style=STYLES[became])
        table.add_row(badge, why.value, str(number), words.meanings.get(why, ""))
    return table


def _bars(words: Words, sent: Sent, posted: Posted, cells: int) -> Table:
    """Draw how many messages there would have been without the router, and how many there were."""
    bars = Table(box=None, show_header=False)
    for name, number, night, style in (
        (words.forwarder, sent.firings, sent.at_night, "red"),
        (words.router, posted.messages, posted.at_night, "green"),
    ):
        length = max(1, round(cells * number / max(1, sent.firings)))
        facts = Text(words.messages.format(n=number, night=night), style="bold")
        bars.add_row(Text(name), Text("█" * length, style=style), facts)
    return bars


def _next(words: Words) -> Table:
    steps = Table(title=words.next, title_style="bold", title_justify="left", box=None, show_header=False)
    for command, purpose in words.next_steps:
        steps.add_row(Text(command, style="bold cyan"), purpose)
    return steps
