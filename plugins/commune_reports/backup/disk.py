"""Writing where a person said: finished files get their name at once and for good, half-made ones never."""

import errno
import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from commune_reports.errors import NeedsHuman

WORKSPACE = ".commune-reports-work-"
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
CLOSED = (errno.EROFS, errno.EACCES, errno.EPERM)


@contextmanager
def workspace(folder: Path) -> Iterator[Path]:
    """A folder of one's own in a folder, gone afterwards; what killed processes left there goes too."""
    with on_disk(folder):
        _sweep(folder)
        made, handle = _make_workspace(folder)
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)
        os.close(handle)


@contextmanager
def made_folder(folder: Path) -> Iterator[None]:
    """A folder that is there, made if need be; if what is done in it fails, what was made and is empty goes again."""
    made = [one for one in (folder, *folder.parents) if not one.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield
    except BaseException:
        for one in made:
            with suppress(OSError):
                one.rmdir()
        raise


@contextmanager
def writing_whole(folder: Path) -> Iterator[Path]:
    """A place to write in; what lies there takes its names in a folder when all is whole, or none does and NeedsHuman says why."""
    with on_disk(folder), made_folder(folder), workspace(folder) as work:
        yield work
        for path in work.rglob("*"):
            if path.is_file():
                with path.open("rb") as file:
                    os.fsync(file.fileno())
        for path in sorted(work.iterdir()):
            path.replace(folder / path.name)


def sha256_of(path: Path) -> str:
    """The digest of a file."""
    with path.open("rb") as reader:
        return hashlib.file_digest(reader, "sha256").hexdigest()


def give_name(partial: Path, target: Path) -> None:
    """Give a finished file its name, and never the name of another one."""
    try:
        os.link(partial, target)
    except FileExistsError as error:
        raise NeedsHuman(f"{target} exists; a backup is never overwritten, name another file") from error
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK):
            raise
        if target.exists():  # a file system without links: the best it can do
            raise NeedsHuman(f"{target} exists; a backup is never overwritten, name another file") from error
        partial.rename(target)
    handle = os.open(target.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def on_disk(folder: Path) -> Iterator[None]:
    """A folder that cannot be written, or whose disk is full, is one line for a person."""
    try:
        yield
    except OSError as error:
        if error.errno in NO_ROOM:
            raise NeedsHuman(
                f"no room left in {folder}; free disk space and run again, nothing half-made was left"
            ) from error
        where = f" ({error.filename})" if error.filename not in (None, str(folder)) else ""
        advice = "; let this account write there" if error.errno in CLOSED else ""
        raise NeedsHuman(f"{folder} cannot be used: {error.strerror or error}{where}{advice}") from error


def _make_workspace(folder: Path) -> tuple[Path, int]:
    for is_last in (False, False, True):
        made = Path(tempfile.mkdtemp(prefix=WORKSPACE, dir=folder))
        try:
            handle = os.open(made, os.O_RDONLY | os.O_DIRECTORY)
        except FileNotFoundError:  # swept away by another process before it could be locked
            continue
        if _try_lock(handle) or is_last:
            return made, handle
        os.close(handle)
    raise NeedsHuman(f"{folder} is swept by too many processes at once; run again")


def _sweep(folder: Path) -> None:
    """Remove the work folders nobody holds any more."""
    for left in folder.glob(f"{WORKSPACE}*"):
        try:
            handle = os.open(left, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        except OSError:
            continue
        try:
            if _try_lock(handle):
                shutil.rmtree(left, ignore_errors=True)
        finally:
            os.close(handle)


def _try_lock(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:  # held by a living process, or a file system without locks: left alone
        return False
    return True
