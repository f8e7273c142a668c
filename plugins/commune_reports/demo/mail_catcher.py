"""A real SMTP server on this machine that keeps every letter as a file instead of passing it on."""

import logging
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class _Keeper:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content if isinstance(envelope.content, bytes) else (envelope.content or "").encode()
        letter = message_from_bytes(content, policy=policy.default)
        number = len(list(self.folder.glob("*.eml"))) + 1
        receivers = "-".join(re.sub(r"@.*", "", one) for one in envelope.rcpt_tos[:1])
        name = re.sub(r"[^A-Za-z0-9.-]", "", str(letter["X-Letter-Kind"] or "letter"))
        (self.folder / f"{number:03d}-{name}-{receivers}.eml").write_bytes(content)
        return "250 kept"


@contextmanager
def catch_mail(folder: Path) -> Iterator[int]:
    """Run the server while the block runs; yields its port. Letters appear in `folder` as NNN-kind-receiver.eml."""
    folder.mkdir(parents=True, exist_ok=True)
    logging.getLogger("mail.log").setLevel(logging.WARNING)
    port = _free_port()
    controller = Controller(_Keeper(folder), hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
