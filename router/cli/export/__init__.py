"""`alert-router export`: what happened, for other tools: firings, SLO snapshots, daily roll-ups."""

import argparse
import sys
from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from router.cli import running
from router.cli.aloud import aloud
from router.cli.chosen import HELP, config_path
from router.cli.export.places import opened_at
from router.cli.export.sources import Given, Kept, Source
from router.cli.export.tables import TABLES, Table
from router.cli.export.writing import FORMATS, write
from router.cli.stored import opened
from router.config.environment import current, read
from router.config.load import load
from router.config.values import Config
from router.errors import ConfigError, PayloadError, RouterError
from router.noise.weeks import midnight

DAYS = 90
EXAMPLES = """examples:
  alert-router export --from 2026-11-01 --to 2026-12-01 > november.jsonl      # firings, one JSON object a line
  alert-router export --what slos --from 2026-11-01 > slos.jsonl              # for report --slo-history
  alert-router export --format csv > firings.csv                              # the last 90 days, for a spreadsheet
  alert-router export --format parquet --output ./export                      # firings, slos and rollups.parquet
  alert-router export --format parquet --output s3://bucket/alerts/2026-11    # needs the extra s3 (gcs, azure)
  alert-router export --history november.jsonl --format parquet --output .    # from a file instead of Redis

Tables: firings (one row each, with its whole story), slos (one snapshot a minute), rollups (sums by day and rule,
service, SLO, team). Columns: docs/export.md. A day means midnight in the configured time zone; --to is not part.
Exit code: 0 done, 1 it could not be read or written, 2 for wrong usage.
"""


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe the command."""
    parser = commands.add_parser(
        "export",
        help="write what happened as CSV, JSON Lines or Parquet",
        description="Write firings, SLO snapshots and daily roll-ups for other tools, locally or to a bucket.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--config", metavar="FILE", help=HELP)
    parser.add_argument("--from", dest="first", metavar="DAY", help=f"first day or RFC 3339 time ({DAYS} days ago)")
    parser.add_argument("--to", dest="last", metavar="DAY", help="the day or time that is not part any more (now)")
    parser.add_argument("--format", choices=sorted(FORMATS), default="jsonl", help="default: jsonl")
    parser.add_argument(
        "--what",
        action="append",
        choices=sorted(TABLES),
        help="which table; may be repeated (firings; all to a folder)",
    )
    parser.add_argument("--output", metavar="FOLDER", help="a folder, s3://, gs:// or az:// URL (default: stdout)")
    parser.add_argument("--history", metavar="FILE", help="read firings from a history file instead of Redis")
    parser.add_argument("--slo-history", metavar="FILE", help="read SLO snapshots from a file instead of Redis")
    parser.set_defaults(run=run, usage=parser.error)


def run(chosen: argparse.Namespace) -> int:
    """Export; 0 when everything was written, 1 with what to mend otherwise, 2 on wrong usage."""
    tables = _tables(chosen)
    if not chosen.output:
        if len(tables) > 1:
            chosen.usage("several tables need a folder: name one with --output")
        if chosen.format == "parquet" and sys.stdout.isatty():
            chosen.usage("Parquet is no text: name a folder with --output, or pipe it")
    variables = current()
    try:
        config = load(config_path(chosen.config, variables), variables)
        first, last = _span(chosen, config.timezone)
        running.run(_export(chosen, config, tables, (first, last)))
    except (ConfigError, PayloadError, RouterError) as error:
        print(error, file=sys.stderr)
        return 1
    except BrokenPipeError:
        raise
    except OSError as error:
        said = (error.strerror or str(error)).lower()
        print(f"{error.filename or chosen.output}: {said}; name another place", file=sys.stderr)
        return 1
    return 0


def _tables(chosen: argparse.Namespace) -> list[Table]:
    files = {name for name, path in _files(chosen).items() if path}
    if files:
        missing = [name for name in chosen.what or () if name not in files]
        if missing:
            chosen.usage(f"no file holds {missing[0]}: name it with --history or --slo-history, or leave both out")
    if chosen.what:
        return [TABLES[name] for name in dict.fromkeys(chosen.what)]
    usual = TABLES if chosen.output else ["firings"]
    return [TABLES[name] for name in TABLES if name in (files or usual)]


def _files(chosen: argparse.Namespace) -> dict[str, str | None]:
    return {"firings": chosen.history, "slos": chosen.slo_history}


def _span(chosen: argparse.Namespace, zone: ZoneInfo) -> tuple[float | None, float | None]:
    first, last = (_instant(text, zone, chosen) for text in (chosen.first, chosen.last))
    if first is not None and last is not None and first >= last:
        chosen.usage(f"--from {chosen.first} is not before --to {chosen.last}")
    return first, last


def _instant(text: str | None, zone: ZoneInfo, chosen: argparse.Namespace) -> float | None:
    if text is None:
        return None
    try:
        if len(text) == len("2026-11-01"):
            return midnight(date.fromisoformat(text), zone)
        at = datetime.fromisoformat(text)
    except ValueError:
        chosen.usage(f"{text!r} is no day: write 2026-11-01, or a time as 2026-11-01T09:00:00Z")
        raise
    return (at if at.tzinfo is not None else at.replace(tzinfo=zone)).timestamp()


Span = tuple[float | None, float | None]


async def _export(chosen: argparse.Namespace, config: Config, tables: Sequence[Table], span: Span) -> None:
    if any(_files(chosen).values()):
        await _write_all(chosen, tables, Given(_files(chosen), *span))
        return
    async with opened(read(current())) as stored:
        now = stored.clock.now()
        first = span[0] if span[0] is not None else now - DAYS * 86_400
        last = span[1] if span[1] is not None else now
        await _write_all(chosen, tables, Kept(stored.scripts, config, first, last))


async def _write_all(chosen: argparse.Namespace, tables: Sequence[Table], source: Source) -> None:
    writer = FORMATS[chosen.format]
    for table in tables:
        with aloud(f"writing {table.name}", "rows") as passed:
            records = source.records(table.name)
            if not chosen.output:
                with running.output() as file:
                    await write(records, writer(file, table), passed)
                continue
            place = f"{chosen.output.rstrip('/')}/{table.name}.{chosen.format}"
            with opened_at(place) as file:
                await write(records, writer(file, table), passed)
        print(f"{place}: {passed.count:,} rows", file=sys.stderr)
