"""A letter as a value: it is queued, stored, fetched and sent without changing a character."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Address:
    """Somebody who receives or sends letters."""

    name: str
    email: str


@dataclass(frozen=True)
class Attachment:
    """A file that goes with a letter; `path` is relative to home."""

    name: str
    media_type: str
    path: str
    sha256: str


@dataclass(frozen=True)
class Letter:
    """One letter under one key, so that it is queued and answered for once.

    `kind` is receipt, announcement, reminder or report; `channel` is email (`to`, `cc`) or folder (`folder`, `file_stem`).
    """

    key: str
    kind: str
    channel: str
    period_id: str | None
    unit_code: str | None
    subject: str
    text: str
    html: str
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    folder: str | None = None
    file_stem: str | None = None
    attachments: tuple[Attachment, ...] = ()

    def message_id(self, domain: str) -> str:
        """The same for the same key, so that a repeat is recognised as the same letter."""
        return f"<{hashlib.sha256(self.key.encode()).hexdigest()[:32]}@{domain}>"

    def content(self) -> dict[str, Any]:
        """The letter as JSON, without the fields the warehouse keeps in columns."""
        whole = asdict(self)
        return {name: whole[name] for name in CONTENT}

    @classmethod
    def restored(cls, columns: Mapping[str, Any], content: Mapping[str, Any]) -> "Letter":
        """The letter of which `columns` and `content` were kept."""
        return cls(
            **columns,
            subject=content["subject"],
            text=content["text"],
            html=content["html"],
            to=tuple(Address(**one) for one in content["to"]),
            cc=tuple(Address(**one) for one in content["cc"]),
            file_stem=content["file_stem"],
            attachments=tuple(Attachment(**one) for one in content["attachments"]),
        )


CONTENT = ("subject", "text", "html", "to", "cc", "file_stem", "attachments")
