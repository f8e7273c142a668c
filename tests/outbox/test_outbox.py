"""Letters over a real SMTP server: accepted, refused, dropped, silent, encrypted, impersonated."""

import hashlib
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from commune_reports import outbox
from commune_reports.errors import NeedsHuman, Transient
from commune_reports.letters import Address, Attachment, Letter
from commune_reports.period import ZONE
from commune_reports.settings import SmtpServer

SENDER = Address("Văn phòng HĐND và UBND huyện Vạn Ninh", "bao-cao@vanninh.example")
NOW = datetime(2024, 11, 19, 8, tzinfo=ZONE)


class _Office:
    """The receiving side: keeps what it accepts, refuses whom it is told to."""

    def __init__(self) -> None:
        self.received: list[tuple[list[str], EmailMessage]] = []
        self.refused: dict[str, str] = {}
        self.data_answer = "250 kept"
        self.users: list[str] = []

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.data_answer == "drop":
            assert server.transport is not None
            server.transport.abort()
            return "421 gone"
        if self.data_answer.startswith("250"):
            message = message_from_bytes(bytes(envelope.content or b""), policy=policy.default)
            assert isinstance(message, EmailMessage)
            self.received.append((list(envelope.rcpt_tos), message))
        return self.data_answer

    def check(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.users.append(data.login.decode())
        return AuthResult(success=data.password == b"geheim", handled=False)


@contextmanager
def _serving(office: _Office, **options: object) -> Iterator[int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    controller = Controller(office, hostname="127.0.0.1", port=port, **options)  # type: ignore[arg-type]
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


@pytest.fixture
def office() -> _Office:
    return _Office()


def _server(port: int, security: str = "none", user: str | None = None, password: str | None = None) -> SmtpServer:
    return SmtpServer("127.0.0.1", port, user, password, security)


def _letter(**changes: object) -> Letter:
    usual: dict[str, object] = {
        "key": "report:1",
        "kind": "report",
        "channel": "email",
        "period_id": "2024-11",
        "unit_code": None,
        "subject": "Báo cáo tổng hợp tháng 11/2024 – thực hiện nhiệm vụ",
        "text": "Kính gửi: Phòng Tài chính – Kế hoạch\nĐiểm: 61,2\n",
        "html": "<p>Điểm: <b>61,2</b></p>\n<table>\n<tr><td>a</td></tr>\n</table>",
        "to": (Address("Phòng TC-KH", "tckh@x.example"),),
        "cc": (Address("UBND huyện", "ubnd@x.example"),),
    }
    return Letter(**(usual | changes))  # type: ignore[arg-type]


def _send(port: int, letter: Letter, tmp_path: Path, timeout: float = 5.0) -> outbox.Delivery:
    with outbox.open_mailer(_server(port), sender=SENDER, timeout_seconds=timeout) as mailer:
        message = outbox.compose(letter, sender=SENDER, home=tmp_path, sent_at=NOW)
        return outbox.send(mailer, message, [one.email for one in (*letter.to, *letter.cc)])


def test_a_letter_arrives_as_it_was_written_with_its_attachment(office: _Office, tmp_path: Path) -> None:
    content = b"PK\x03\x04 a workbook"
    (tmp_path / "r.xlsx").write_bytes(content)
    attachment = Attachment(
        "Báo cáo tháng 11.xlsx", "application/vnd.ms-excel", "r.xlsx", hashlib.sha256(content).hexdigest()
    )
    letter = _letter(attachments=(attachment,))
    with _serving(office) as port:
        assert _send(port, letter, tmp_path).outcome == "sent"
    [(recipients, message)] = office.received
    assert recipients == ["tckh@x.example", "ubnd@x.example"]
    assert (message["Subject"], message["Message-ID"]) == (letter.subject, letter.message_id("vanninh.example"))
    assert parsedate_to_datetime(str(message["Date"])) == NOW
    assert message["From"].addresses[0].display_name == SENDER.name
    assert [one.addr_spec for one in message["Cc"].addresses] == ["ubnd@x.example"]
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_body(("plain",)).get_content().replace("\r\n", "\n") == letter.text  # type: ignore[union-attr]
    assert message.get_body(("html",)).get_content().replace("\r\n", "\n").strip() == letter.html  # type: ignore[union-attr]
    [part] = message.iter_attachments()
    assert (part.get_filename(), part.get_content()) == (attachment.name, content)


def test_many_letters_go_over_one_connection(office: _Office, tmp_path: Path) -> None:
    with _serving(office) as port, outbox.open_mailer(_server(port), sender=SENDER) as mailer:
        first = mailer.client
        for number in range(5):
            message = outbox.compose(_letter(key=f"k{number}"), sender=SENDER, home=tmp_path, sent_at=NOW)
            assert outbox.send(mailer, message, ["a@x.example"]).outcome == "sent"
        assert mailer.client is first
    assert len(office.received) == 5


def test_one_refused_address_is_named_and_the_other_has_its_letter(office: _Office, tmp_path: Path) -> None:
    office.refused["ubnd@x.example"] = "550 no such user"
    with _serving(office) as port:
        delivery = _send(port, _letter(), tmp_path)
    assert (delivery.outcome, dict(delivery.refused)) == ("partly_refused", {"ubnd@x.example": "550 no such user"})
    assert [recipients for recipients, _ in office.received] == [["tckh@x.example"]]


@pytest.mark.parametrize(("code", "outcome"), [("550 unknown", "refused"), ("451 try later", "deferred")])
def test_refusing_everybody_is_final_or_not_by_its_code(
    office: _Office, tmp_path: Path, code: str, outcome: str
) -> None:
    office.refused = dict.fromkeys(("tckh@x.example", "ubnd@x.example"), code)
    with _serving(office) as port:
        delivery = _send(port, _letter(), tmp_path)
    assert delivery.outcome == outcome
    assert code in delivery.detail


@pytest.mark.parametrize(
    ("answer", "outcome"), [("554 spam", "refused"), ("452 disk full", "deferred"), ("drop", "deferred")]
)
def test_a_refused_or_broken_message_says_why(office: _Office, tmp_path: Path, answer: str, outcome: str) -> None:
    office.data_answer = answer
    with _serving(office) as port:
        delivery = _send(port, _letter(), tmp_path)
    assert delivery.outcome == outcome
    assert delivery.detail
    assert office.received == []


def test_after_a_drop_the_next_letter_goes_over_a_new_connection(office: _Office, tmp_path: Path) -> None:
    with _serving(office) as port, outbox.open_mailer(_server(port), sender=SENDER) as mailer:
        message = outbox.compose(_letter(), sender=SENDER, home=tmp_path, sent_at=NOW)
        office.data_answer = "drop"
        assert outbox.send(mailer, message, ["a@x.example"]).outcome == "deferred"
        office.data_answer = "250 kept"
        assert outbox.send(mailer, message, ["a@x.example"]).outcome == "sent"
    assert len(office.received) == 1


def test_a_server_that_is_not_there_is_worth_another_try(tmp_path: Path) -> None:
    with pytest.raises(Transient, match=r"127\.0\.0\.1:1 cannot be reached"):
        _send(1, _letter(), tmp_path)


def test_a_server_that_never_answers_does_not_hold_us(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(Transient, match="timed out"):
        _send(silent.getsockname()[1], _letter(), tmp_path, timeout=0.5)


def _certificate(folder: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(tz=UTC)
    import ipaddress

    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    folder.mkdir(exist_ok=True)
    (folder / "cert.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    )
    return folder / "cert.pem", folder / "key.pem"


@pytest.fixture
def encrypted(office: _Office, tmp_path: Path) -> Iterator[Callable[..., int]]:
    """A server with a certificate nobody knows; called with a kind of security it gives its port."""
    certificate, key = _certificate(tmp_path / "tls")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with ExitStack() as stack:

        def serve(security: str, **options: object) -> int:
            by_kind = {"starttls": {"tls_context": context}, "tls": {"ssl_context": context}}
            return stack.enter_context(_serving(office, **by_kind[security], **options))

        yield serve


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_nobody_vouches_for_is_refused(
    encrypted: Callable[..., int], office: _Office, security: str
) -> None:
    port = encrypted(security)
    with (
        pytest.raises(NeedsHuman, match="no certificate to trust"),
        outbox.open_mailer(_server(port, security), sender=SENDER),
    ):
        pass
    assert office.received == []


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_trusted_certificate_carries_the_letter_and_a_login_of_another_name(
    encrypted: Callable[..., int], office: _Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, security: str
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "tls" / "cert.pem"))
    port = encrypted(security, authenticator=office.check, auth_require_tls=security == "starttls")
    server = _server(port, security, "relay-account", "geheim")
    with outbox.open_mailer(server, sender=SENDER) as mailer:
        message = outbox.compose(_letter(), sender=SENDER, home=tmp_path, sent_at=NOW)
        assert outbox.send(mailer, message, ["a@x.example"]).outcome == "sent"
    assert office.users == ["relay-account"]
    assert office.received[0][1]["From"].addresses[0].addr_spec == SENDER.email


def test_a_wrong_password_needs_a_person(
    encrypted: Callable[..., int], office: _Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "tls" / "cert.pem"))
    port = encrypted("starttls", authenticator=office.check)
    with pytest.raises(NeedsHuman, match="refused the login"):  # noqa: SIM117
        with outbox.open_mailer(_server(port, "starttls", "relay", "falsch"), sender=SENDER):
            pass


def test_a_server_without_encryption_is_not_spoken_to_in_the_clear(office: _Office) -> None:
    with _serving(office) as port, pytest.raises(NeedsHuman, match="STARTTLS"):  # noqa: SIM117
        with outbox.open_mailer(_server(port, "starttls"), sender=SENDER):
            pass


@pytest.mark.parametrize("change", ["gone", "altered"])
def test_an_attachment_that_is_not_the_published_file_is_not_sent(tmp_path: Path, change: str) -> None:
    if change == "altered":
        (tmp_path / "r.xlsx").write_bytes(b"other")
    letter = _letter(attachments=(Attachment("r.xlsx", "a/b", "r.xlsx", hashlib.sha256(b"x").hexdigest()),))
    with pytest.raises(NeedsHuman, match="attachment"):
        outbox.compose(letter, sender=SENDER, home=tmp_path, sent_at=NOW)


@pytest.mark.parametrize("email", ["not an address", "a@", ""])
def test_an_address_that_is_none_names_itself(tmp_path: Path, email: str) -> None:
    with pytest.raises(NeedsHuman, match="no e-mail address"):
        outbox.compose(_letter(to=(Address("x", email),)), sender=SENDER, home=tmp_path, sent_at=NOW)


def test_a_subject_cannot_smuggle_a_header_in(tmp_path: Path) -> None:
    message = outbox.compose(_letter(subject="a\nBcc: x@y"), sender=SENDER, home=tmp_path, sent_at=NOW)
    assert (message["Subject"], message["Bcc"]) == ("a Bcc: x@y", None)
