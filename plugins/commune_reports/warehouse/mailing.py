"""The outbox's tables: letters queued once, attempts begun before and ended after the server was spoken to."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import Connection, Select, and_, insert, select

from commune_reports.letters import Letter
from commune_reports.period import in_vietnam
from commune_reports.warehouse import tables
from commune_reports.warehouse.settling import written_at
from commune_reports.warehouse.storing import insert_new, letter_row

# A refusal can be a full mailbox or a server having a bad day; after this many a person is told.
MOST_REFUSALS = 3
COLUMNS = ("key", "kind", "channel", "period_id", "unit_code", "folder")


@dataclass(frozen=True)
class QueuedLetter:
    """A letter that waits and the addresses that have not accepted it yet."""

    letter: Letter
    recipients: tuple[str, ...]
    refusals: int = 0

    @property
    def is_last_try(self) -> bool:
        """Whether one more refusal ends the trying."""
        return self.refusals + 1 >= MOST_REFUSALS


class Outcome(Protocol):
    """How a delivery ended: sent, partly_refused, refused or deferred; `refused` maps addresses to the server's words."""

    @property
    def outcome(self) -> str:
        """The kind of end."""

    @property
    def detail(self) -> str:
        """One line for people."""

    @property
    def refused(self) -> Mapping[str, str]:
        """Refused addresses."""


@dataclass
class _History:
    attempts: list[dict[str, Any]]
    is_sent: bool = False
    refusals: Counter[str] = field(default_factory=Counter)
    refused: frozenset[str] | None = None


def queue_letter(connection: Connection, letter: Letter, *, now: datetime) -> bool:
    """Queue a letter in the caller's transaction; False if one with its key is queued already."""
    return insert_new(connection, tables.letter, [letter_row(letter, written_at(connection, now))]) == 1


def pending_letters(
    connection: Connection, *, channel: str, addressed: Callable[[Letter], Letter] = lambda letter: letter
) -> list[QueuedLetter]:
    """Letters of a channel that still have somewhere to go, oldest first.

    An address is done when it accepted the letter or refused it three times; `addressed` gives the letter as it would be
    addressed today, so that a mended address is tried.
    """
    histories = _histories(connection, only_unsent=True)
    unsent = select(tables.letter).where(tables.letter.c.channel == channel, tables.letter.c.letter_key.not_in(_sent()))
    rows = connection.execute(unsent.order_by(tables.letter.c.number))
    waiting = []
    for row in rows:
        kept = _letter(row._mapping)
        letter = addressed(kept)
        history = histories.get(kept.key, _History([]))
        left = _left(history, before={one.email for one in (*kept.to, *kept.cc)}, today=letter)
        if left or channel != "email":
            waiting.append(QueuedLetter(letter, tuple(left), max((history.refusals[one] for one in left), default=0)))
    return waiting


def _left(history: _History, *, before: set[str], today: Letter) -> list[str]:
    """Addresses that have neither accepted nor finally refused: all at first, then the refused and the mended ones."""
    if history.is_sent:
        return []
    everyone = [one.email for one in (*today.to, *today.cc)]
    if history.refused is not None:
        everyone = [one for one in everyone if one in history.refused or one not in before]
    return [one for one in everyone if history.refusals[one] < MOST_REFUSALS]


def start_attempts(connection: Connection, letter_keys: Sequence[str], *, now: datetime) -> dict[str, int]:
    """Record that deliveries begin; the attempt's number by letter key."""
    attempts = tables.delivery_attempt
    statement = insert(attempts).returning(attempts.c.letter_key, attempts.c.attempt_id)
    at = written_at(connection, now)
    rows = connection.execute(statement, [{"letter_key": key, "recorded_at": at} for key in letter_keys])
    return {row.letter_key: row.attempt_id for row in rows}


def finish_attempts(connection: Connection, ended: Mapping[int, Outcome], *, now: datetime) -> None:
    """Record how deliveries ended, by attempt number."""
    at = written_at(connection, now)
    rows = [
        {
            "attempt_id": attempt,
            "outcome": one.outcome,
            "detail": one.detail,
            "refused": dict(one.refused),
            "recorded_at": at,
        }
        for attempt, one in ended.items()
    ]
    insert_new(connection, tables.delivery_outcome, rows)


def outbox(connection: Connection, *, as_of: datetime | None = None) -> list[dict[str, Any]]:
    """Every letter with its state (waiting, sent, partly_refused, refused) and attempts, oldest first; as of a moment."""
    histories = _histories(connection, as_of=as_of)
    letters = []
    statement = select(tables.letter).order_by(tables.letter.c.number)
    statement = tables.known_at(statement, tables.letter, as_of)
    for row in connection.execute(statement):
        letter = _letter(row._mapping)
        history = histories.get(letter.key)
        letters.append(
            {
                "key": letter.key,
                "kind": letter.kind,
                "channel": letter.channel,
                "period": letter.period_id,
                "unit": letter.unit_code,
                "to": [one.email for one in letter.to],
                "cc": [one.email for one in letter.cc],
                "folder": letter.folder,
                "subject": letter.subject,
                "attachments": [{"name": one.name, "sha256": one.sha256} for one in letter.attachments],
                "queued_at": in_vietnam(row.recorded_at),
                "state": _state(history, letter),
                "attempts": history.attempts if history else [],
            }
        )
    return letters


def _state(history: _History | None, letter: Letter) -> str:
    if history is None:
        return "waiting"
    if history.is_sent:
        return "sent"
    everyone = {one.email for one in (*letter.to, *letter.cc)}
    if not everyone or _left(history, before=everyone, today=letter):
        return "waiting"
    return "partly_refused" if history.refused is not None else "refused"


def _sent() -> Select[tuple[str]]:
    """Keys of the letters that everybody accepted."""
    attempt, ended = tables.delivery_attempt, tables.delivery_outcome
    joined = select(attempt.c.letter_key).join_from(attempt, ended, attempt.c.attempt_id == ended.c.attempt_id)
    return joined.where(ended.c.outcome == "sent")


def _histories(
    connection: Connection, *, only_unsent: bool = False, as_of: datetime | None = None
) -> dict[str, _History]:
    attempt, ended = tables.delivery_attempt, tables.delivery_outcome
    of_attempt = attempt.c.attempt_id == ended.c.attempt_id
    known = of_attempt if as_of is None else and_(of_attempt, ended.c.recorded_at <= as_of)
    statement = (
        select(attempt.c.letter_key, attempt.c.recorded_at, ended.c.outcome, ended.c.detail, ended.c.refused)
        .join_from(attempt, ended, known, isouter=True)
        .order_by(attempt.c.attempt_id)
    )
    statement = tables.known_at(statement, attempt, as_of)
    if only_unsent:
        statement = statement.where(attempt.c.letter_key.not_in(_sent()))
    histories: dict[str, _History] = defaultdict(lambda: _History([]))
    for row in connection.execute(statement):
        history = histories[row.letter_key]
        history.attempts.append(
            {
                "at": in_vietnam(row.recorded_at),
                "outcome": row.outcome,
                "detail": row.detail if row.outcome else "interrupted; the server may have accepted it",
                "refused": row.refused or {},
            }
        )
        if row.outcome == "sent":
            history.is_sent = True
        elif row.outcome in ("partly_refused", "refused"):
            history.refusals.update(row.refused.keys())
            if row.outcome == "partly_refused":
                history.refused = frozenset(row.refused)
    return dict(histories)


def _letter(row: Mapping[Any, Any]) -> Letter:
    columns = {name: row["letter_key" if name == "key" else name] for name in COLUMNS}
    return Letter.restored(columns, row["content"])
