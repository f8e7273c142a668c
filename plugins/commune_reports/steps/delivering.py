"""Draining the outbox: one drainer at a time, every attempt on record before the server is spoken to."""

from collections import Counter
from datetime import datetime
from typing import Any

from commune_reports import outbox, warehouse
from commune_reports.errors import NeedsHuman
from commune_reports.letters import Address
from commune_reports.settings import Settings
from commune_reports.steps.desk import Desk, open_desk
from commune_reports.warehouse import QueuedLetter

OUTCOMES = ("sent", "partly_refused", "refused", "deferred")


def deliver(settings: Settings, *, now: datetime) -> dict[str, Any]:
    """Send every letter that waits; a letter is tried once per call, whatever becomes of it.

    Returns how many were sent, partly refused, refused and deferred, and a line for each that was not sent.
    """
    desk = open_desk(settings)
    with desk.warehouse.exclusive("outbox"):
        with desk.begin() as connection:
            waiting = warehouse.pending_letters(connection, channel="email")
        counts: Counter[str] = Counter()
        troubles: list[str] = []
        if waiting:
            if settings.smtp is None:
                raise NeedsHuman("COMMUNE_REPORTS_SMTP is not set; give it as smtp://user:password@host:port")
            sender = Address(name=desk.plan.sender.name, email=desk.plan.sender.email)
            with outbox.open_mailer(settings.smtp, sender=sender) as mailer:
                for queued in waiting:
                    delivery = _send(desk, mailer, queued, now=now)
                    counts[delivery.outcome] += 1
                    if delivery.outcome != "sent":
                        troubles.append(f"{queued.letter.subject}: {delivery.detail}")
    return {**{name: counts[name] for name in OUTCOMES}, "troubles": troubles}


def _send(desk: Desk, mailer: outbox.Mailer, queued: QueuedLetter, *, now: datetime) -> outbox.Delivery:
    """One attempt: recorded as begun before the server hears of it, so that a crash in between stays visible."""
    letter = queued.letter
    with desk.begin() as connection:
        attempt = warehouse.start_attempt(connection, letter.key, now=now)
    message = outbox.compose(letter, sender=mailer.sender, home=desk.settings.home, sent_at=now)
    delivery = outbox.send(mailer, message, queued.recipients)
    with desk.begin() as connection:
        warehouse.finish_attempt(
            connection, attempt, outcome=delivery.outcome, detail=delivery.detail, refused=delivery.refused, now=now
        )
    return delivery
