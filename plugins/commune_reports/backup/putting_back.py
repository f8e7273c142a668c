"""Putting kept files back: all lie ready beside their places first, and take another's only when the rest succeeded."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from commune_reports.backup.contents import CHUNK, Member
from commune_reports.backup.disk import made_folder, sha256_of, workspace
from commune_reports.errors import NeedsHuman


@dataclass
class WayBack:
    """The files on their way back under home: where each lies ready, by the place it is to take, and places taken so far."""

    home: Path
    open: ExitStack = field(repr=False)
    ready: dict[Path, Path] = field(default_factory=dict)
    rooms: dict[Path, Path] = field(default_factory=dict)
    taken: list[Path] = field(default_factory=list)

    def room_for(self, target: Path) -> Path:
        """A work folder on the disk of a place: archive, answers and reports may each be on one of their own."""
        top = self.home / target.relative_to(self.home).parts[0]
        if top not in self.rooms:
            self.open.enter_context(made_folder(top))
            self.rooms[top] = self.open.enter_context(workspace(top))
        return self.rooms[top]


@contextmanager
def putting_back(home: Path) -> Iterator[WayBack]:
    """Files given to `put_back` take their places when what is done meanwhile succeeds; else everything is as it was."""
    with ExitStack() as stack:
        way = WayBack(home, stack)
        try:
            yield way
        except BaseException:
            for target in way.taken:
                with suppress(OSError):
                    target.unlink(missing_ok=True)
            raise
        for target, partial in way.ready.items():
            try:
                if os.path.lexists(target):
                    target.replace(_free_name(target))
                partial.replace(target)
            except OSError as error:
                raise NeedsHuman(
                    f"the warehouse is restored but {target} is not: {error.strerror or error}; "
                    "mend that, then restore the same backup again with --force"
                ) from error
        os.sync()


def take_free_places(way: WayBack) -> None:
    """Let the files nothing stands in the way of take their places now, so that no row has to wait for one of them."""
    for target in [one for one in way.ready if not os.path.lexists(one)]:
        way.ready[target].replace(target)
        del way.ready[target]
        way.taken.append(target)


def _free_name(target: Path) -> Path:
    """What stood at a place before a restore, and before another one."""
    names = (f"{target.name}.before-restore{suffix}" for suffix in ("", *(f"-{number}" for number in range(2, 1_000))))
    return next(one for one in map(target.with_name, names) if not os.path.lexists(one))


def put_back(way: WayBack, member: Member, reader: IO[bytes]) -> bool:
    """Lay a kept file ready unless it is there with the same bytes; whether that was needed.

    What stands there with other bytes will be kept beside it, as NAME.before-restore, or with a number if that is taken.
    """
    target = way.home / member.name
    room = way.room_for(target)
    if target.is_file() and sha256_of(target) == member.sha256:
        return False
    if not target.parent.is_dir():
        way.open.enter_context(made_folder(target.parent))
    partial = room / str(len(way.ready))
    digest = hashlib.sha256()
    with partial.open("xb") as out:
        while chunk := reader.read(CHUNK):
            digest.update(chunk)
            out.write(chunk)
        os.fchmod(out.fileno(), 0o440 if member.name.startswith("archive/") else 0o640)
    if digest.hexdigest() != member.sha256:
        raise NeedsHuman(f"{member.name} changed while it was restored; the backup's disk may be failing")
    way.ready[target] = partial
    return True
