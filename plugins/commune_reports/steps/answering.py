"""Answers to the communes: queued folder letters become files in phan-hoi/."""

import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from typing import Any

from commune_reports import inbox, warehouse
from commune_reports.errors import NeedsHuman, Transient
from commune_reports.letters import Letter
from commune_reports.outbox import Delivery, attached_bytes
from commune_reports.settings import Settings
from commune_reports.steps.desk import Desk, open_desk

BATCH = 500
WRITERS = 8
log = logging.getLogger(__name__)


def answer(settings: Settings, *, now: datetime) -> dict[str, Any]:
    """Write every queued answer into its unit's phan-hoi/ and record that it was delivered."""
    desk = open_desk(settings)
    written = 0
    failures: list[str] = []
    with desk.warehouse.exclusive("answers"):
        while batch := _pending(desk, failures):
            failed = _write(desk, batch, now=now)
            failures += failed
            written += len(batch) - len(failed)
    if failures:
        raise Transient(f"{len(failures)} answers could not be written to {settings.share}; {written} were")
    return {"answers": written}


def _pending(desk: Desk, failed: list[str]) -> list[Letter]:
    with desk.begin() as connection:
        queued = warehouse.pending_letters(connection, channel="folder")
    return [one.letter for one in queued if one.letter.key not in failed][:BATCH]


def _write(desk: Desk, batch: list[Letter], *, now: datetime) -> list[str]:
    with desk.begin() as connection:
        attempts = warehouse.start_attempts(connection, [letter.key for letter in batch], now=now)
    with ThreadPoolExecutor(WRITERS) as crew:
        ended = dict(zip((attempts[letter.key] for letter in batch), crew.map(partial(_try, desk), batch), strict=True))
    with desk.begin() as connection:
        warehouse.finish_attempts(connection, ended, now=now)
    return [letter.key for letter in batch if ended[attempts[letter.key]].outcome != "sent"]


def _try(desk: Desk, letter: Letter) -> Delivery:
    try:
        return Delivery("sent", _give(desk, letter))
    except Transient as error:
        return Delivery("deferred", str(error))


def _give(desk: Desk, letter: Letter) -> str:
    share, name = desk.settings.share, letter.file_stem
    assert letter.folder is not None
    inbox.give_back(share, letter.folder, inbox.FEEDBACK, f"{name}.txt", content=letter.text.encode("utf-8-sig"))
    for one in letter.attachments:
        try:
            content = attached_bytes(one, desk.settings.home)
        except NeedsHuman as error:
            log.warning("%s; the receipt is given without it", error)
            continue
        inbox.give_back(share, letter.folder, inbox.FEEDBACK, one.name, content=content)
    page = inbox.give_back(share, letter.folder, inbox.FEEDBACK, f"{name}.html", content=letter.html.encode())
    return str(page)
