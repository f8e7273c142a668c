"""The warehouse for other people's tools: files of any table or view, the dictionary, an account that only reads."""

from pathlib import Path
from typing import Any

from commune_reports import warehouse
from commune_reports.errors import NeedsHuman
from commune_reports.flat_files import write_rows
from commune_reports.settings import Settings
from commune_reports.warehouse import Wanted


def export(settings: Settings, name: str, *, out: Path, form: str, wanted: Wanted) -> dict[str, Any]:
    """Write a table or view to a file, whole or not at all; `form` is csv or parquet. OSError if it cannot be written."""
    sql = settings.include / "sql"
    found = warehouse.find_described(sql, name)
    house = warehouse.open_warehouse(settings.warehouse_url, include=settings.include)
    if wanted.as_of is not None:
        warehouse.wait_for_facts(house, wanted.as_of)
    columns = {one.name: one.kind for one in found.columns}
    with house.reading() as connection:
        rows = write_rows(out, columns, warehouse.extracted(connection, sql, found, wanted), form=form)
    return {"name": name, "rows": rows, "file": str(out)}


def data_dictionary(settings: Settings) -> str:
    """What every view, table and column means, as Markdown."""
    return warehouse.dictionary(warehouse.described_views(settings.include / "sql"))


def make_reader(settings: Settings, role: str, *, password_file: Path | None) -> dict[str, Any]:
    """Make an account that may only read the views; its password is the first line of a file."""
    password = None if password_file is None else _password(password_file)
    house = warehouse.open_warehouse(settings.warehouse_url, include=settings.include)
    return {"role": role, "views": warehouse.make_reader(house, role, password=password)}


def _password(file: Path) -> str:
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise NeedsHuman(f"{file} cannot be read: {getattr(error, 'strerror', None) or 'it is not UTF-8'}") from error
    if not lines or not lines[0].strip():
        raise NeedsHuman(f"{file} has no password in its first line")
    return lines[0].strip()
