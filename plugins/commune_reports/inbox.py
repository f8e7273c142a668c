"""The shared folder: settled arrivals, the content-addressed archive, and what goes back to the commune.

Layout: SHARE/<unit code>-<slug>/nop (dropped here), phan-hoi (answers), bieu-mau (templates).
A file leaves nop/ only after its bytes are safe in HOME/archive and the arrival is recorded.
"""

import errno
import fcntl
import hashlib
import logging
import os
import re
import stat
import time
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO

from commune_reports.errors import NeedsHuman, Transient

DROP, FEEDBACK, TEMPLATES = "nop", "phan-hoi", "bieu-mau"
ARRIVAL_TRUST = timedelta(days=14)
CHUNK = 1 << 20
# What office programs and copy tools leave beside a document while it is open or on its way.
PASSING_NAMES = re.compile(
    r"^(~\$|\.|~.*\.tmp$)|\.(part|partial|crdownload|tmp|filepart)$|^(thumbs\.db|desktop\.ini)$", re.I
)


# Faults of one folder; others are faults of the share, and come again for every unit.
ONE_FOLDER_ONLY = {errno.EACCES, errno.EPERM, errno.ENAMETOOLONG, errno.ENOTDIR, errno.ELOOP}
NO_FILE = "%s is left alone: it is a link, a pipe or a device, and no file; ask the unit for the file itself"
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Dropped:
    """A settled file in a unit's drop folder, as it was when last looked at."""

    path: Path
    folder: str
    size: int
    modified_ns: int
    changed_ns: int
    inode: int

    @property
    def unit_code(self) -> str | None:
        """The unit code the folder's name starts with, as long as codes are; the folder says who the sender is."""
        found = re.match(r"(\d{3,16})(?:\D|$)", self.folder)
        return found.group(1) if found else None


@dataclass(frozen=True)
class Archived:
    """A dropped file whose bytes are safe: `path` is read-only and named by its SHA-256."""

    dropped: Dropped
    sha256: str
    path: Path
    submission_id: str


@dataclass(frozen=True)
class Unreadable:
    """A dropped file that could not be read this time; it stays where it is."""

    path: Path
    reason: str


def prepare_folders(share: Path, folders: Sequence[str]) -> None:
    """Create the three folders of every unit that lacks them."""
    with _share_in_reach(share):
        for folder in folders:
            for part in (DROP, FEEDBACK, TEMPLATES):
                (share / folder / part).mkdir(parents=True, exist_ok=True)


def settled_files(share: Path, *, settle_seconds: float, wait: Callable[[float], None] = time.sleep) -> list[Dropped]:
    """List the files in every drop folder that nobody is still writing, in a stable order.

    A file is settled when two looks `settle_seconds` apart see it unchanged and nobody holds it open for writing.
    Lock files, hidden files and folders and half-copied names are left alone; so are links and pipes, which the log names.
    """
    with _share_in_reach(share):
        first = {seen.path: seen for seen in _look(share)}
        if not first:
            return []
        wait(settle_seconds)
        return [seen for seen in _look(share) if first.get(seen.path) == seen and not _is_open_for_writing(seen.path)]


def files_below(folder: Path, *, is_ours: bool = True) -> Iterator[tuple[Path, os.stat_result]]:
    """The files in a folder and below it in the order of their names, without what programs leave lying and what is no file."""
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        if error.errno == errno.ENOENT:
            return
        if is_ours or error.errno not in ONE_FOLDER_ONLY:
            raise
        # A folder a sender made, locked or endless, must not keep the other units waiting.
        log.warning("%s is left alone: %s", folder, error.strerror)
        return
    for entry in entries:
        if PASSING_NAMES.search(entry.name):
            continue
        try:
            status = entry.stat(follow_symlinks=False)
        except FileNotFoundError:
            continue
        if stat.S_ISDIR(status.st_mode):
            yield from files_below(Path(entry.path), is_ours=False)
        elif stat.S_ISREG(status.st_mode):
            yield Path(entry.path), status
        else:
            log.warning(NO_FILE, entry.path)


def archive(dropped: Dropped, home: Path) -> Archived | Unreadable | None:
    """Copy a dropped file into the archive under its SHA-256, synced and read-only; None if it changed meanwhile.

    What cannot be read is the sender's; what cannot be written is ours and NeedsHuman.
    """
    try:
        source = os.open(dropped.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        return None
    except OSError as error:
        return Unreadable(dropped.path, error.strerror or str(error))
    incoming = home / "archive" / "incoming"
    partial = incoming / f"{os.getpid()}-{dropped.inode}"
    digest = hashlib.sha256()
    try:
        with os.fdopen(source, "rb") as reader:
            incoming.mkdir(parents=True, exist_ok=True)
            with partial.open("wb") as writer:
                while chunk := _next_chunk(reader):
                    digest.update(chunk)
                    writer.write(chunk)
                if _describe(os.fstat(reader.fileno())) != _identity(dropped):
                    return None
                writer.flush()
                os.fsync(writer.fileno())
        sha256 = digest.hexdigest()
        return Archived(dropped, sha256, _keep(partial, home, sha256), _submission_id(dropped, sha256))
    except _SourceFault as fault:
        return Unreadable(dropped.path, str(fault))
    except OSError as error:
        raise _own_disk(error, home) from error
    finally:
        _discard(partial)


def archived_path(home: Path, sha256: str) -> Path:
    """Where the bytes with this SHA-256 are kept."""
    return home / "archive" / sha256[:2] / sha256


def is_archived(home: Path, sha256: str) -> bool:
    """Whether the file is kept, to the byte as it came."""
    try:
        with archived_path(home, sha256).open("rb") as kept:
            return hashlib.file_digest(kept, "sha256").hexdigest() == sha256
    except OSError:
        return False


def leave_drop_folder(archived: Archived) -> bool:
    """Remove the dropped file if it is still the one that was archived; False if it changed or is gone."""
    dropped = archived.dropped
    try:
        if _describe(dropped.path.lstat()) != _identity(dropped):
            return False
        dropped.path.unlink()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise Transient(f"cannot remove {dropped.path} after archiving it: {error.strerror}") from error
    return True


def received_at(dropped: Dropped, now: datetime) -> datetime:
    """When the file reached the shared folder: the server's own time stamp where it lies within the last day, else `now`.

    A file dropped at 16:58 and collected at 17:05 is on time; the modification time is the sender's and proves nothing.
    """
    arrived = datetime.fromtimestamp(dropped.changed_ns / 1e9, tz=UTC)
    return arrived if now - ARRIVAL_TRUST <= arrived <= now else now


def give_back(share: Path, folder: str, part: str, name: str, *, content: bytes) -> Path:
    """Write a file for the commune (an answer or a template) whole or not at all, and return its path."""
    target = share / folder / part / plain_file_name(name)
    partial = target.with_name(f".{target.name}.{os.getpid()}")
    with _share_in_reach(share):
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            partial.write_bytes(content)
            partial.replace(target)
        except OSError as error:
            raise Transient(f"cannot write {target}: {error.strerror}") from error
        finally:
            _discard(partial)
    return target


def write_whole(path: Path, content: bytes) -> None:
    """Write a file of our own under home whole or not at all, and see it on the disk."""
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with partial.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        raise _own_disk(error, path.parent) from error
    finally:
        _discard(partial)


def plain_file_name(name: str) -> str:
    """A file name every system accepts, without folders, reserved characters or excessive length."""
    flat = unicodedata.normalize("NFC", name).replace("đ", "d").replace("Đ", "D")
    ascii_only = "".join(c for c in unicodedata.normalize("NFD", flat) if not unicodedata.combining(c))
    cleaned = re.sub(r"[^A-Za-z0-9._-]+", "-", ascii_only).strip("-.") or "tep"
    stem, dot, suffix = cleaned.rpartition(".")
    return f"{stem[:100]}{dot}{suffix[:10]}" if dot else cleaned[:100]


def _look(share: Path) -> list[Dropped]:
    found = []
    for folder in sorted(share.iterdir(), key=lambda entry: entry.name):
        drop = folder / DROP
        if folder.name.startswith("."):
            continue
        if folder.is_symlink() or drop.is_symlink():
            log.warning(NO_FILE, folder if folder.is_symlink() else drop)
            continue
        if not drop.is_dir():
            continue
        found += [
            Dropped(path, folder.name, status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
            for path, status in files_below(drop)
        ]
    return found


def _is_open_for_writing(path: Path) -> bool:
    """Whether any process on this server holds the file open for writing (a read lease is refused then)."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return False  # gone or not readable: the archive step says which
    try:
        fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except OSError as error:
        # Network file systems know no leases; there the two looks decide alone.
        return error.errno == errno.EAGAIN
    finally:
        os.close(handle)
    return False


class _SourceFault(Exception):
    """The file that is being archived cannot be read to its end."""


def _next_chunk(reader: IO[bytes]) -> bytes:
    try:
        return reader.read(CHUNK)
    except OSError as error:
        raise _SourceFault(error.strerror or str(error)) from error


def _discard(partial: Path) -> None:
    """Remove what was begun; where that cannot be done either, the first fault is the one to tell."""
    with suppress(OSError):
        partial.unlink(missing_ok=True)


def _keep(partial: Path, home: Path, sha256: str) -> Path:
    target = archived_path(home, sha256)
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        partial.chmod(0o440)
        partial.replace(target)
        for folder in (target.parent, target.parent.parent):
            _sync_folder(folder)
    return target


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _submission_id(dropped: Dropped, sha256: str) -> str:
    """The key of one arrival: the same drop seen again after a crash has the same key, a second drop has its own."""
    what = (dropped.folder, dropped.path.name, sha256, dropped.inode, dropped.changed_ns)
    return hashlib.sha256("\0".join(map(str, what)).encode("utf-8", "surrogateescape")).hexdigest()[:32]


def _identity(dropped: Dropped) -> tuple[int, int, int, int]:
    return dropped.size, dropped.modified_ns, dropped.changed_ns, dropped.inode


def _describe(status: os.stat_result) -> tuple[int, int, int, int]:
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino


@contextmanager
def _share_in_reach(share: Path) -> Iterator[None]:
    """Turn the absence or a fault of the share into Transient."""
    try:
        os.scandir(share).close()
        yield
    except OSError as error:
        where = f" ({error.filename})" if error.filename not in (None, str(share)) else ""
        raise Transient(f"the shared folder {share} cannot be reached: {error.strerror}{where}") from error


def _own_disk(error: OSError, home: Path) -> NeedsHuman | Transient:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return NeedsHuman(f"no room left under {home}; free disk space and run again")
    if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return NeedsHuman(f"{home} cannot be written ({error.strerror}); give this user write access")
    return Transient(f"writing under {home} failed: {error.strerror}")
