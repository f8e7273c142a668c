"""What a backup consists of: its members, their names, and what its manifest says."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FORMAT = 1
MANIFEST, SEAL = "manifest.json", "manifest.json.sha256"
LARGEST_MANIFEST = 1 << 30
CHUNK = 1 << 20
# What lies under home and belongs to the warehouse; what the first two keep is named by its SHA-256.
KEPT = re.compile(
    r"archive/(?P<a>[0-9a-f]{2})/(?P<archived>(?P=a)[0-9a-f]{62})"
    r"|answers/(?P<b>[0-9a-f]{2})/(?P<answer>(?P=b)[0-9a-f]{62})\.[a-z]{1,8}"
    r"|reports(?:/[A-Za-z0-9_-][A-Za-z0-9._-]{0,120}){1,6}"
)
WAREHOUSE = re.compile(r"warehouse\.(?:sqlite|dump)\.gz")


@dataclass(frozen=True)
class Member:
    """One file in a backup."""

    name: str
    size: int
    sha256: str

    @property
    def is_what_its_name_says(self) -> bool:
        """Whether a file that is named by its digest has that digest."""
        found = KEPT.fullmatch(self.name)
        digest = found and (found["archived"] or found["answer"])
        return not digest or digest == self.sha256


@dataclass(frozen=True)
class Contents:
    """A backup that was read to its end and found whole: what its manifest says, and its members by name."""

    path: Path
    stated: Mapping[str, Any]
    members: Mapping[str, Member] = field(repr=False)
