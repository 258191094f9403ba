"""Writes the rows of an export as CSV, JSON Lines or Parquet, to a local file or any URL that fsspec knows."""

import csv
import io
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from typing import IO, Any, Protocol

import fsspec
import orjson

from router.cli.export.tables import DAY, FLAG, NUMBER, TEXT, TIME, WHOLE, Row, Table
from router.errors import UnavailableError

PARQUET_ROWS = 20_000
PROGRESS_S = 2.0
EXTRAS = {"s3": "s3", "s3a": "s3", "gs": "gcs", "gcs": "gcs", "az": "azure", "abfs": "azure", "abfss": "azure"}
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would take for a formula (OWASP, CSV injection)."""


class Writer(Protocol):
    """Takes the records of one table, one after another."""

    def take(self, record: Mapping[str, Any]) -> None: ...

    def end(self) -> None: ...


class JsonLines:
    """One history record a line, as it is."""

    def __init__(self, file: IO[bytes], table: Table) -> None:
        self._file = file

    def take(self, record: Mapping[str, Any]) -> None:
        self._file.write(orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE))

    def end(self) -> None:
        """Nothing is left to be written."""


class Csv:
    """A header and a row for each record; what a spreadsheet would execute is quoted with an apostrophe."""

    def __init__(self, file: IO[bytes], table: Table) -> None:
        self._text = io.TextIOWrapper(file, "utf-8", newline="", write_through=True)
        self._rows = csv.DictWriter(self._text, list(table.columns), lineterminator="\n")
        self._table = table
        self._rows.writeheader()

    def take(self, record: Mapping[str, Any]) -> None:
        self._rows.writerow({name: _cell(value) for name, value in self._table.row(record).items()})

    def end(self) -> None:
        """Write what is left; the file stays open for whoever opened it."""
        self._text.flush()
        self._text.detach()


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str) and value.startswith(_FORMULA):
        return "'" + value
    return value


class Parquet:
    """Columns in row groups; times are UTC with microseconds."""

    def __init__(self, file: IO[bytes], table: Table) -> None:
        try:
            import pyarrow
            from pyarrow import parquet
        except ImportError:
            problem = "Parquet needs pyarrow: pip install 'slo-alert-router[parquet]', or choose csv or jsonl"
            raise UnavailableError(problem, code="extra_missing") from None
        kinds = {
            TEXT: pyarrow.string(),
            TIME: pyarrow.timestamp("us", tz="UTC"),
            NUMBER: pyarrow.float64(),
            WHOLE: pyarrow.int64(),
            FLAG: pyarrow.bool_(),
            DAY: pyarrow.date32(),
        }
        self._schema = pyarrow.schema([(name, kinds[kind]) for name, kind in table.columns.items()])
        self._arrow = pyarrow
        self._writer = parquet.ParquetWriter(file, self._schema, compression="zstd")
        self._table = table
        self._rows: list[Row] = []

    def take(self, record: Mapping[str, Any]) -> None:
        self._rows.append(_typed(self._table.row(record), self._table.columns))
        if len(self._rows) >= PARQUET_ROWS:
            self._flush()

    def _flush(self) -> None:
        self._writer.write_table(self._arrow.Table.from_pylist(self._rows, schema=self._schema))
        self._rows.clear()

    def end(self) -> None:
        """Write the last row group and the footer."""
        self._flush()
        self._writer.close()


def _typed(row: Row, columns: Mapping[str, str]) -> Row:
    for name, kind in columns.items():
        if isinstance(row[name], str) and kind == TIME:
            row[name] = datetime.fromisoformat(row[name])
        elif isinstance(row[name], str) and kind == DAY:
            row[name] = date.fromisoformat(row[name])
    return row


FORMATS: dict[str, Callable[[IO[bytes], Table], Writer]] = {"csv": Csv, "jsonl": JsonLines, "parquet": Parquet}


@contextmanager
def opened_at(url: str) -> Iterator[IO[bytes]]:
    """Open a file for writing; it is there only once it is whole. Raises UnavailableError with what to do."""
    scheme = url.partition("://")[0] if "://" in url else ""
    try:
        files, path = fsspec.core.url_to_fs(url, auto_mkdir=True) if not scheme else fsspec.core.url_to_fs(url)
    except (ImportError, ValueError) as error:
        extra = EXTRAS.get(scheme)
        mend = f"pip install 'slo-alert-router[{extra}]'" if extra else "name a folder, s3://, gs:// or az://"
        raise UnavailableError(f"cannot write to {scheme}://: {mend}", code="extra_missing") from error
    with files.transaction, files.open(path, "wb") as file:
        yield file


async def write(records: AsyncIterator[Mapping[str, Any]], writer: Writer, name: str) -> int:
    """Write every record and return how many; counts aloud on stderr where it takes long."""
    count, aloud_at = 0, time.monotonic() + PROGRESS_S
    async for record in records:
        writer.take(record)
        count += 1
        if count % 1_000 == 0 and time.monotonic() > aloud_at:
            print(f"{name}: {count:,} rows", file=sys.stderr)
            aloud_at = time.monotonic() + PROGRESS_S
    writer.end()
    return count
