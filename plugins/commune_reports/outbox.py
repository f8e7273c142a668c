"""Sending letters: a message is built by the standard library, yagmail carries it, and what became of it is a value.

Of yagmail only the connection is used: its own `send` verifies no certificate, waits for ever, loses parts of a message and
may deliver it three times.
"""

import hashlib
import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address as MailAddress
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import yagmail

from commune_reports.errors import NeedsHuman, Transient
from commune_reports.letters import Address, Attachment, Letter
from commune_reports.period import ZONE
from commune_reports.settings import SmtpServer

TIMEOUT_SECONDS = 30.0
PERMANENT = 500


@dataclass(frozen=True)
class Delivery:
    """What became of one attempt: sent, partly_refused, refused, or deferred (worth trying again).

    `refused` maps each refused address to the server's words.
    """

    outcome: str
    detail: str
    refused: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Mailer:
    """An open connection to the mail server, opened again after a drop."""

    server: SmtpServer
    sender: Address
    timeout_seconds: float
    client: Any = None

    def connect(self) -> None:
        """Connect and log in; NeedsHuman for a wrong certificate or password, Transient for an absent server."""
        where = f"mail server {self.server.host}:{self.server.port}"
        try:
            self.client = _client(self.server, self.sender, self.timeout_seconds)
            self.client.login()
        except ssl.SSLCertVerificationError as error:
            raise NeedsHuman(
                f"{where} has no certificate to trust ({error.verify_message}); mend it or its authority"
            ) from error
        except OSError as error:
            self.client = None
            code = getattr(error, "smtp_code", None)
            if code is not None and code >= PERMANENT:
                raise NeedsHuman(f"{where} refused the login ({_said(error)}); mend COMMUNE_REPORTS_SMTP") from error
            if type(error).__name__ == "SMTPNotSupportedError":
                raise NeedsHuman(
                    f"{where} offers no {self.server.security.upper()}: {error}; mend COMMUNE_REPORTS_SMTP"
                ) from error
            raise Transient(f"{where} cannot be reached: {_said(error)}") from error

    def close(self) -> None:
        """Say goodbye; a server that is gone does not matter any more."""
        if self.client is not None:
            with suppress(OSError):
                self.client.close()
            self.client = None


@contextmanager
def open_mailer(server: SmtpServer, *, sender: Address, timeout_seconds: float = TIMEOUT_SECONDS) -> Iterator[Mailer]:
    """A connection for many letters, closed at the end."""
    mailer = Mailer(server, sender, timeout_seconds)
    mailer.connect()
    try:
        yield mailer
    finally:
        mailer.close()


def compose(letter: Letter, *, sender: Address, home: Path, sent_at: datetime) -> EmailMessage:
    """The message of a letter, with real text and HTML parts; NeedsHuman if an attachment is gone or was changed."""
    domain = sender.email.rpartition("@")[2]
    message = EmailMessage(policy=SMTP)
    message["Message-ID"] = letter.message_id(domain)
    message["Date"] = format_datetime(sent_at.astimezone(ZONE))
    message["From"] = _address(sender)
    message["To"] = tuple(_address(one) for one in letter.to)
    if letter.cc:
        message["Cc"] = tuple(_address(one) for one in letter.cc)
    message["Subject"] = " ".join(letter.subject.split())
    message["Auto-Submitted"] = "auto-generated"
    message["X-Letter-Kind"] = letter.kind
    message.set_content(letter.text)
    message.add_alternative(letter.html, subtype="html")
    for attachment in letter.attachments:
        kind, _, subtype = attachment.media_type.partition("/")
        message.add_attachment(
            attached_bytes(attachment, home), maintype=kind, subtype=subtype, filename=attachment.name
        )
    return message


def send(mailer: Mailer, message: EmailMessage, recipients: Sequence[str]) -> Delivery:
    """Hand a message to the server once for these recipients; a refused message is refused for each of them."""
    if mailer.client is None:
        mailer.connect()
    try:
        refused = mailer.client.smtp.send_message(message, from_addr=mailer.sender.email, to_addrs=list(recipients))
    except OSError as error:
        return _failed(mailer, error, recipients)
    if not refused:
        return Delivery("sent", f"accepted by {mailer.server.host} for {len(recipients)} recipients")
    words = {address: _words(code, text) for address, (code, text) in refused.items()}
    return Delivery(
        "partly_refused", f"refused for {', '.join(f'{one}: {said}' for one, said in words.items())}", words
    )


def _client(server: SmtpServer, sender: Address, timeout_seconds: float) -> Any:
    verified = ssl.create_default_context()
    options: dict[str, Any] = {"timeout": timeout_seconds}
    if server.security == "tls":
        options["context"] = verified
    client = yagmail.SMTP(
        sender.email,
        server.password or "",
        host=server.host,
        port=server.port,
        smtp_ssl=server.security == "tls",
        smtp_starttls={"context": verified} if server.security == "starttls" else False,
        smtp_skip_login=server.user is None,
        **options,
    )
    if server.user is not None:
        # The account's name is not always the sender's address.
        client.user = server.user
    return client


def _failed(mailer: Mailer, error: OSError, recipients: Sequence[str]) -> Delivery:
    refused = getattr(error, "recipients", None)
    if isinstance(refused, dict) and refused:
        words = {address: _words(code, text) for address, (code, text) in refused.items()}
        is_final = any(code >= PERMANENT for code, _ in refused.values())
        detail = ", ".join(f"{one}: {said}" for one, said in words.items())
        return Delivery("refused" if is_final else "deferred", f"refused for {detail}", words)
    code = getattr(error, "smtp_code", None)
    if code is None:
        mailer.close()
        return Delivery("deferred", f"the connection broke: {_said(error)}")
    if code < PERMANENT:
        return Delivery("deferred", _said(error))
    return Delivery("refused", _said(error), dict.fromkeys(recipients, _said(error)))


def _words(code: int, text: bytes | str) -> str:
    return f"{code} {text.decode('utf-8', 'replace') if isinstance(text, bytes) else text}"


def _said(error: OSError) -> str:
    code, text = getattr(error, "smtp_code", None), getattr(error, "smtp_error", None)
    if code is not None:
        return _words(code, text or b"")
    return " ".join(str(error).split()) or type(error).__name__


def _address(one: Address) -> MailAddress:
    try:
        return MailAddress(display_name=one.name, addr_spec=one.email)
    except (ValueError, IndexError) as error:
        raise NeedsHuman(f"{one.email!r} is no e-mail address; mend it in the plan file") from error


def attached_bytes(attachment: Attachment, home: Path) -> bytes:
    """The kept file of an attachment, read and held against its SHA-256; NeedsHuman where it is gone or altered."""
    path = home / attachment.path
    try:
        content = path.read_bytes()
    except OSError as error:
        raise NeedsHuman(f"attachment {path} cannot be read: {error.strerror}; restore it and deliver again") from error
    if hashlib.sha256(content).hexdigest() != attachment.sha256:
        raise NeedsHuman(f"attachment {path} is not the file that was published; restore it and deliver again")
    return content
