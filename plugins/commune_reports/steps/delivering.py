"""Draining the outbox: one drainer at a time, every attempt on record before the server is spoken to."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

from commune_reports import outbox, warehouse
from commune_reports.errors import NeedsHuman, Transient
from commune_reports.letters import Address, addressed_by
from commune_reports.settings import Settings
from commune_reports.steps.desk import Desk, open_desk
from commune_reports.warehouse import QueuedLetter

OUTCOMES = ("sent", "partly_refused", "refused", "deferred")


def deliver(settings: Settings, *, now: datetime) -> dict[str, Any]:
    """Send every letter that waits; a letter is tried once per call, whatever becomes of it.

    Returns how many were sent, partly refused, refused and deferred, a line for each trouble, and a line for each letter
    that was refused for the last time.
    """
    desk = open_desk(settings)
    counts: Counter[str] = Counter()
    troubles: list[str] = []
    given_up: list[str] = []
    with desk.warehouse.exclusive("outbox"):
        with desk.begin() as connection:
            waiting = warehouse.pending_letters(connection, channel="email", addressed=partial(addressed_by, desk.plan))
        for queued, delivery in _send_all(desk, waiting, now=now):
            counts[delivery.outcome] += 1
            if delivery.outcome != "sent":
                line = f"{queued.letter.subject}: {delivery.detail}"
                troubles.append(line)
                if delivery.outcome != "deferred" and queued.is_last_try:
                    given_up.append(line)
    return {**{name: counts[name] for name in OUTCOMES}, "troubles": troubles, "given_up": given_up}


def deliver_or_say(settings: Settings, *, now: datetime) -> dict[str, Any]:
    """As `deliver`; Transient while something is worth another try, NeedsHuman when a letter was given up."""
    result = deliver(settings, now=now)
    if result["given_up"]:
        raise NeedsHuman(f"{len(result['given_up'])} letters were refused for good: {'; '.join(result['given_up'])}")
    if result["troubles"]:
        raise Transient(f"{len(result['troubles'])} letters wait for another try: {'; '.join(result['troubles'])}")
    return result


def _send_all(
    desk: Desk, waiting: Sequence[QueuedLetter], *, now: datetime
) -> list[tuple[QueuedLetter, outbox.Delivery]]:
    if not waiting:
        return []
    if desk.settings.smtp is None:
        raise NeedsHuman("COMMUNE_REPORTS_SMTP is not set; give it as smtp://user:password@host:port")
    sender = Address(name=desk.plan.sender.name, email=desk.plan.sender.email)
    with outbox.open_mailer(desk.settings.smtp, sender=sender) as mailer:
        return [(queued, _send(desk, mailer, queued, now=now)) for queued in waiting]


def _send(desk: Desk, mailer: outbox.Mailer, queued: QueuedLetter, *, now: datetime) -> outbox.Delivery:
    """One attempt: recorded as begun before the server hears of it, so that a crash in between stays visible."""
    letter = queued.letter
    try:
        message = outbox.compose(letter, sender=mailer.sender, home=desk.settings.home, sent_at=now)
    except NeedsHuman as error:
        # One letter that cannot be written must not keep the others waiting.
        return outbox.Delivery("deferred", str(error))
    with desk.begin() as connection:
        attempt = warehouse.start_attempts(connection, [letter.key], now=now)[letter.key]
    delivery = outbox.send(mailer, message, queued.recipients)
    with desk.begin() as connection:
        warehouse.finish_attempts(connection, {attempt: delivery}, now=now)
    return delivery
