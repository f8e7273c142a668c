"""Making a backup: files go in one after the other, the manifest and its digest last."""

import errno
import gzip
import hashlib
import io
import json
import os
import shutil
import tarfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any, cast

from commune_reports.backup.contents import CHUNK, FORMAT, KEPT, MANIFEST, SEAL, Member


def kept_files(home: Path) -> Iterator[tuple[str, Path]]:
    """Every file under home that belongs into a backup, with its name there, in a stable order."""
    for top in ("archive", "answers", "reports"):
        for path in _files_below(home / top):
            name = path.relative_to(home).as_posix()
            if KEPT.fullmatch(name):
                yield name, path


def pack(
    partial: Path,
    sources: Iterable[tuple[str, Path]],
    *,
    state: Callable[[dict[str, Member], list[str]], dict[str, Any]],
) -> dict[str, Any]:
    """Write a backup file by file; the manifest, which `state` makes of the members and of the names that could not be read."""
    members: dict[str, Member] = {}
    unreadable: list[str] = []
    with partial.open("xb") as out:
        os.fchmod(out.fileno(), 0o600)
        with tarfile.open(fileobj=out, mode="w", format=tarfile.GNU_FORMAT) as tar:
            for name, path in sources:
                member = _add(tar, name, path)
                if member:
                    members[name] = member
                else:
                    unreadable.append(name)
            stated = {"format": FORMAT, **state(members, unreadable)}
            listed = {**stated, "members": [asdict(one) for one in members.values()]}
            manifest = json.dumps(listed, ensure_ascii=False, indent=1).encode()
            _add_bytes(tar, MANIFEST, manifest)
            _add_bytes(tar, SEAL, f"{hashlib.sha256(manifest).hexdigest()}  {MANIFEST}\n".encode())
        out.flush()
        os.fsync(out.fileno())
    return stated


def compress(source: Path, target: Path) -> None:
    """Write a file's gzip, which is the same for the same bytes."""
    with (
        source.open("rb") as reader,
        target.open("xb") as out,
        gzip.GzipFile("", "wb", compresslevel=4, fileobj=out, mtime=0) as packed,
    ):
        shutil.copyfileobj(reader, packed, CHUNK)


class _Digesting:
    """A file that is digested while it is read; `trouble` says why reading it ended early."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file, self.digest = file, hashlib.sha256()
        self.trouble: OSError | None = None

    def read(self, size: int) -> bytes:
        """The next bytes."""
        try:
            chunk = self.file.read(size)
        except OSError as error:
            self.trouble = error
            raise
        if not chunk:
            self.trouble = OSError(errno.EIO, "it became shorter while it was read")
            raise self.trouble
        self.digest.update(chunk)
        return chunk


def _add(tar: tarfile.TarFile, name: str, path: Path) -> Member | None:
    """Add a file; None, and nothing added, if it cannot be read."""
    start = tar.offset
    try:
        source = path.open("rb")
    except OSError:
        return None
    with source:
        status = os.fstat(source.fileno())
        reader = _Digesting(source)
        try:
            tar.addfile(_info(name, status.st_size, status.st_mtime), cast("IO[bytes]", reader))
        except OSError:
            if reader.trouble is None:
                raise
            out = cast("IO[bytes]", tar.fileobj)
            out.seek(start)
            out.truncate()
            tar.offset = start
            return None
    cast("Any", tar).members.clear()  # else every header stays in memory
    return Member(name, status.st_size, reader.digest.hexdigest())


def _add_bytes(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    tar.addfile(_info(name, len(content), 0), io.BytesIO(content))


def _info(name: str, size: int, modified: float) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.size, info.mtime, info.mode = size, int(modified), 0o440
    return info


def _files_below(folder: Path) -> Iterator[Path]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except FileNotFoundError:
        return
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            yield from _files_below(Path(entry.path))
        elif entry.is_file(follow_symlinks=False):
            yield Path(entry.path)
