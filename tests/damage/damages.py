"""What a damage is: a change to a clean draft, and what a careful clerk must then say, of which cell."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from tests.damage.answers import draw_answer
from tests.damage.drafts import Draft, Look, Row, draw_look
from tests.damage.layouts import Book

BOOKS = ("openpyxl", "xlsxwriter", "template")
TABLES = ("openpyxl", "xlsxwriter", "csv")


@dataclass(frozen=True)
class Mark:
    """A finding that is wanted: of a row's field, of a task that has no row, or of the whole file.

    With `anywhere` any cell will do. `tolerated` are codes that may be said as well of the same row or task.
    """

    code: str
    row: Row | None = None
    field: str | None = None
    task: str | None = None
    key: int | None = None
    anywhere: bool = False
    tolerated: tuple[str, ...] = ()


@dataclass(frozen=True)
class Wanted:
    """A mark with its cells: (sheet, cell) of which one must be named; empty = no cell, None = any or none.

    What is tolerated may be said of the cells of the row, or of no cell; with `row_cells` None of any cell.
    """

    code: str
    cells: frozenset[tuple[str, str]] | None
    task: str | None
    tolerated: tuple[str, ...]
    row_cells: frozenset[tuple[str, str]] | None


@dataclass(frozen=True)
class Damage:
    """A class of damage; `name` is the code of its finding, with the variety behind a slash where there are several."""

    name: str
    hurt: Callable[[Draft], Sequence[Mark]]
    look: Callable[[Random], Look]
    unit: str | None = None

    @property
    def code(self) -> str:
        """The code of the finding it must cause."""
        return self.name.partition("/")[0]


def looks(*writers: str, **fixed: Any) -> Callable[[Random], Look]:
    """A random look by one of some writers, with some of its traits fixed, and nothing in it that damage would upset."""

    def draw(chance: Random) -> Look:
        look = draw_look(chance, writer=chance.choice(writers) if writers else None)
        calm = {"totals": None, "merged_status": False, "ticks": False} | fixed
        if look.writer == "template":
            calm = {}
        return replace(look, **calm)

    return draw


def pick(draft: Draft, *statuses: str, **wanted: Any) -> Row:
    """A random row with one of some statuses; where there is none, a row that is answered so now."""
    rows = [row for row in draft.answered(*statuses) if all(getattr(row.answer, name) for name in wanted)]
    if rows:
        return draft.chance.choice(rows)
    status = draft.chance.choice(statuses)
    row = draft.chance.choice([row for row in draft.answered() if status != "nil" or row.task.nil_allowed])
    row.answer = draw_answer(row.task, draft.period, draft.chance, status)
    return row


def resolve(mark: Mark, book: Book) -> Wanted:
    """The mark with the cells its row has come to stand in."""
    key = mark.key if mark.row is None else mark.row.key
    cells = frozenset(book.places.get((key, mark.field), ())) if key is not None and mark.field else frozenset()
    own = frozenset(spot for (other, _), spots in book.places.items() if other == key for spot in spots)
    task = mark.task or (mark.row.task.code if mark.row is not None and not mark.field else None)
    return Wanted(
        mark.code, None if mark.anywhere else cells, task, mark.tolerated, own if key is not None else frozenset()
    )
