"""Rows as CSV for spreadsheets or Parquet for programs, written whole or not at all."""

import csv
import json
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

from commune_reports.period import ZONE

FORMATS = ("csv", "parquet")
# What a spreadsheet takes for the beginning of a formula; communes write such texts, on purpose or as a dash before a list.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
Rows = Sequence[Sequence[Any]]


def write_rows(out: Path, columns: Mapping[str, str], batches: Iterable[Rows], *, form: str) -> int:
    """Write batches of rows to a file; the number of rows. Either the whole file stands there afterwards or what was there before.

    `columns` are names and kinds: text, integer, number, date, moment (aware), flag or json. CSV is UTF-8 with a mark so that
    Excel reads Vietnamese; moments have Vietnam's offset; a text that looks like a formula has an apostrophe before it. Parquet
    keeps every value as it is. OSError if the place cannot be written.
    """
    write = _write_csv if form == "csv" else _write_parquet
    with _whole(out) as partial:
        return write(partial, columns, batches)


def _write_csv(out: Path, columns: Mapping[str, str], batches: Iterable[Rows]) -> int:
    said = [SAID[kind] for kind in columns.values()]
    count = 0
    with out.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        for batch in batches:
            writer.writerows(
                ["" if value is None else say(value) for say, value in zip(said, row, strict=True)] for row in batch
            )
            count += len(batch)
    return count


def _write_parquet(out: Path, columns: Mapping[str, str], batches: Iterable[Rows]) -> int:
    import pyarrow as pa
    from pyarrow import parquet

    kinds = {
        "text": pa.string(),
        "integer": pa.int64(),
        "number": pa.float64(),
        "date": pa.date32(),
        "moment": pa.timestamp("us", tz=str(ZONE)),
        "flag": pa.bool_(),
        "json": pa.string(),
    }
    schema = pa.schema([(name, kinds[kind]) for name, kind in columns.items()])
    made = [MADE.get(kind) for kind in columns.values()]
    count = 0
    with parquet.ParquetWriter(out, schema, compression="zstd") as writer:
        for batch in batches:
            arrays = [
                pa.array([value if make is None or value is None else make(value) for value in values], field.type)
                for make, values, field in zip(made, zip(*batch, strict=True), schema, strict=True)
            ]
            writer.write_batch(pa.record_batch(arrays, schema=schema))
            count += len(batch)
    return count


@contextmanager
def _whole(out: Path) -> Iterator[Path]:
    """A file beside the wanted one that takes its place when all is written, and is gone otherwise."""
    out.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{out.name}.", dir=out.parent)
    partial = Path(name)
    try:
        os.close(handle)
        yield partial
        with partial.open("rb+") as written:
            os.fsync(written.fileno())
        partial.chmod(0o666 & ~_umask())
        partial.replace(out)
    finally:
        partial.unlink(missing_ok=True)


def _umask() -> int:
    current = os.umask(0o077)
    os.umask(current)
    return current


def _text(value: Any) -> str:
    said = str(value)
    return f"'{said}" if said.startswith(FORMULA) else said


def _moment(value: datetime) -> str:
    return value.astimezone(ZONE).isoformat()


def _date(value: date) -> str:
    return value.isoformat()


def _flag(value: Any) -> str:
    return "1" if value else "0"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


SAID: dict[str, Callable[[Any], Any]] = {
    "text": _text,
    "integer": int,
    "number": float,
    "date": _date,
    "moment": _moment,
    "flag": _flag,
    "json": _json,
}
MADE: dict[str, Callable[[Any], Any]] = {"flag": bool, "json": _json}
