"""Writes the rows of an export as CSV, JSON Lines or Parquet."""

import csv
import io
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress
from typing import IO, Any, Protocol

import orjson

from router.cli.aloud import Passed
from router.cli.export.tables import DAY, FLAG, NUMBER, TEXT, TIME, WHOLE, Row, Table
from router.errors import UnavailableError

PACKED_ROWS = 1_000
GROUP_ROWS = 10_000
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet would take for a formula (OWASP, CSV injection)."""


class Writer(Protocol):
    """Takes the records of one table, one after another."""

    def take(self, record: Mapping[str, Any]) -> None: ...

    def end(self) -> None: ...

    def abandon(self) -> None: ...


class JsonLines:
    """One history record a line, as it is."""

    def __init__(self, file: IO[bytes], table: Table) -> None:
        self._file = file

    def take(self, record: Mapping[str, Any]) -> None:
        self._file.write(orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE))

    def end(self) -> None:
        """Nothing is left to be written."""

    def abandon(self) -> None:
        """Nothing has to be given back."""


class Csv:
    """A header and a row for each record; what a spreadsheet would execute is quoted with an apostrophe."""

    def __init__(self, file: IO[bytes], table: Table) -> None:
        self._text = io.TextIOWrapper(file, "utf-8", newline="", write_through=True)
        # With another line end (RFC 4180 has this one) a lone carriage return in a text would end the line.
        self._rows = csv.DictWriter(self._text, list(table.columns), lineterminator="\r\n")
        self._table = table
        self._rows.writeheader()

    def take(self, record: Mapping[str, Any]) -> None:
        self._rows.writerow({name: _cell(value) for name, value in self._table.row(record).items()})

    def end(self) -> None:
        """Write what is left; the file stays open for whoever opened it."""
        self._text.flush()
        self.abandon()

    def abandon(self) -> None:
        """Give the file back."""
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
        self._packed: list[Any] = []

    def take(self, record: Mapping[str, Any]) -> None:
        self._rows.append(self._table.row(record))
        if len(self._rows) == PACKED_ROWS:
            self._pack()
        if len(self._packed) * PACKED_ROWS >= GROUP_ROWS:
            self._flush()

    def _pack(self) -> None:
        """Rows as columns take a tenth of the room; texts that are times or days become those here."""
        columns = [self._column([row[field.name] for row in self._rows], field.type) for field in self._schema]
        self._packed.append(self._arrow.RecordBatch.from_arrays(columns, schema=self._schema))
        self._rows.clear()

    def _column(self, values: list[Any], kind: Any) -> Any:
        if self._arrow.types.is_temporal(kind):
            return self._arrow.array(values, self._arrow.string()).cast(kind)
        return self._arrow.array(values, kind)

    def _flush(self) -> None:
        self._writer.write_table(self._arrow.Table.from_batches(self._packed, self._schema))
        self._packed.clear()

    def end(self) -> None:
        """Write the last row group and the footer."""
        self._pack()
        self._flush()
        self._writer.close()

    def abandon(self) -> None:
        """Write a footer to whatever there is; it would be written later to a file that is closed."""
        self._writer.close()


FORMATS: dict[str, Callable[[IO[bytes], Table], Writer]] = {"csv": Csv, "jsonl": JsonLines, "parquet": Parquet}


async def write(records: AsyncIterator[Mapping[str, Any]], writer: Writer, passed: Passed) -> None:
    """Write every record, and count them."""
    try:
        async for record in records:
            writer.take(record)
            passed.count += 1
        writer.end()
    except BaseException:
        with suppress(OSError):
            writer.abandon()
        raise
