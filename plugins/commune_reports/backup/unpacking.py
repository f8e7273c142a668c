"""Reading a backup: all of it is checked before any of it is used, and only plain files with names of ours are taken out."""

import gzip
import hashlib
import json
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, cast

from commune_reports.backup.contents import (
    CHUNK,
    FORMAT,
    KEPT,
    LARGEST_MANIFEST,
    MANIFEST,
    SEAL,
    WAREHOUSE,
    Contents,
    Member,
)
from commune_reports.errors import NeedsHuman


def examine(path: Path) -> Contents:
    """Read a backup to its end and hold every byte against its manifest; NeedsHuman says what is wrong with it."""
    found, kept = _everything(path)
    if SEAL not in kept or MANIFEST not in kept:
        raise _damaged(path, "its end is missing")
    if kept[SEAL].split()[:1] != [hashlib.sha256(kept[MANIFEST]).hexdigest().encode()]:
        raise _damaged(path, "its manifest was altered")
    stated = _stated(path, kept[MANIFEST])
    try:
        members = {one["name"]: Member(one["name"], one["size"], one["sha256"]) for one in stated.pop("members")}
    except (KeyError, TypeError) as error:
        raise _damaged(path, "its manifest does not list its members") from error
    for name in sorted(members.keys() | found.keys()):
        if not KEPT.fullmatch(name) and not WAREHOUSE.fullmatch(name):
            raise NeedsHuman(f"{path} is no backup of ours: it holds {name!r}; nothing was restored")
        if name not in found:
            raise _damaged(path, f"{name} is missing")
        if members.get(name) != found[name]:
            raise _damaged(path, f"{name} is not what was put in")
    return Contents(path, stated, members)


def members_of(contents: Contents) -> Iterator[tuple[Member, IO[bytes]]]:
    """Every member of an examined backup with its bytes, to be read before the next one."""
    for info, reader in _read(contents.path):
        member = contents.members.get(info.name)
        if member:
            yield member, reader


def decompress(reader: IO[bytes], target: Path, *, size: int) -> None:
    """Write what a gzip holds; NeedsHuman if that is not as long as it should be."""
    left = size
    try:
        with gzip.GzipFile(fileobj=reader, mode="rb") as packed, target.open("xb") as out:
            while chunk := packed.read(min(CHUNK, left + 1)):
                left -= len(chunk)
                if left < 0:
                    break
                out.write(chunk)
    except (gzip.BadGzipFile, EOFError) as error:
        raise NeedsHuman(f"the warehouse in the backup cannot be unpacked: {error}") from error
    if left:
        raise NeedsHuman(f"the warehouse in the backup is not {size} bytes long, as its manifest says")


def _everything(path: Path) -> tuple[dict[str, Member], dict[str, bytes]]:
    """Every member as it is, and what stands in the last two."""
    found: dict[str, Member] = {}
    kept: dict[str, bytes] = {}
    with _reading(path):
        for info, reader in _read(path):
            if info.name in found or info.name in kept:
                raise _damaged(path, f"{info.name} is in it twice")
            if info.name in (MANIFEST, SEAL):
                if info.size > LARGEST_MANIFEST:
                    raise _damaged(path, "its manifest is too large")
                kept[info.name] = reader.read()
            else:
                found[info.name] = Member(info.name, info.size, _digest(reader))
    return found, kept


def _read(path: Path) -> Iterator[tuple[tarfile.TarInfo, IO[bytes]]]:
    with tarfile.open(path, "r:") as tar:
        while info := tar.next():
            cast("Any", tar).members.clear()  # else every header stays in memory
            reader = tar.extractfile(info) if info.isreg() and not info.issparse() else None
            if reader is None:
                raise NeedsHuman(
                    f"{path} is no backup of ours: {info.name!r} is not a plain file; nothing was restored"
                )
            yield info, reader


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    try:
        yield
    except tarfile.TarError as error:
        raise _damaged(path, str(error) or "it is no tar file") from error
    except OSError as error:
        raise NeedsHuman(f"{path} cannot be read: {error.strerror or error}") from error


def _digest(reader: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while chunk := reader.read(CHUNK):
        digest.update(chunk)
    return digest.hexdigest()


def _stated(path: Path, manifest: bytes) -> dict[str, Any]:
    try:
        stated = json.loads(manifest)
        form = stated["format"]
    except (ValueError, KeyError, TypeError) as error:
        raise _damaged(path, "its manifest cannot be read") from error
    if form != FORMAT:
        raise NeedsHuman(
            f"{path} was made by program version {stated.get('program_version')} in format {form}, "
            f"this program reads format {FORMAT}; install that version"
        )
    return cast("dict[str, Any]", stated)


def _damaged(path: Path, how: str) -> NeedsHuman:
    return NeedsHuman(f"the backup {path} is damaged: {how}; nothing was restored, take another one")
