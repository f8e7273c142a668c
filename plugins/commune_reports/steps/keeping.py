"""Keeping what was received safe: one file that holds it all, put back whole, and what is in order or not."""

import importlib.metadata
import json
import os
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import make_url

from commune_reports import backup, inbox, warehouse
from commune_reports.errors import NeedsHuman, Transient
from commune_reports.period import ZONE
from commune_reports.settings import Settings

LAST_BACKUP = "last-backup.json"


def back_up(settings: Settings, *, out: Path | None = None, portable: bool = False, now: datetime) -> dict[str, Any]:
    """Write a backup of the warehouse and of every kept file, read it again, and only then give it its name.

    `out` is a file that does not exist, or a folder; HOME/backups if not given. Missing and damaged files are named.
    """
    target = _target(settings, out, now)
    with backup.on_disk(target.parent), backup.workspace(target.parent) as work:
        # The rows first, then the files: a file is archived before its row is written, so that no row lacks its bytes.
        held, named = warehouse.take_snapshot(settings.warehouse_url, work, portable=portable)
        size = (work / held.file).stat().st_size
        packed = work / f"{held.file}.gz"
        backup.compress(work / held.file, packed)
        (work / held.file).unlink()
        named_paths = {_path_of(one): one for one in named}

        def state(members: dict[str, backup.Member], unreadable: list[str]) -> dict[str, Any]:
            return {
                "program": "commune-reports",
                "program_version": _program_version(),
                "made_at": now.isoformat(),
                "warehouse": {**held.stated(), "size": size},
                **_troubles(named_paths, members, unreadable),
            }

        partial = work / "backup.tar"
        sources = _all_of([(packed.name, packed)], backup.kept_files(settings.home))
        stated = backup.pack(partial, sources, state=state)
        packed.unlink()
        contents = backup.examine(partial)
        _unpacked_warehouse(contents, work)
        backup.give_name(partial, target)
    answer = _told(contents, target) | {"file": str(target), "bytes": target.stat().st_size}
    note = {"file": str(target), "made_at": stated["made_at"]}
    try:
        inbox.write_whole(settings.home / LAST_BACKUP, json.dumps(note).encode())
    except (NeedsHuman, Transient) as error:
        raise NeedsHuman(f"the backup {target} is whole, but db status will not know of it: {error}") from error
    return answer


def restore(settings: Settings, file: Path, *, force: bool, now: datetime) -> dict[str, Any]:
    """Put a backup back: all checked and laid ready first, then files that are gone, the warehouse in one step, other files."""
    if not file.is_file():
        raise NeedsHuman(f"{file} cannot be read: there is no such file")
    warehouse.refuse_to_overwrite(settings.warehouse_url, force=force)
    contents = backup.examine(file)
    home = settings.home
    with backup.on_disk(home):
        home.mkdir(parents=True, exist_ok=True)
    with backup.on_disk(home), backup.workspace(home) as work, backup.putting_back(home) as way:
        held, path = _unpacked_warehouse(contents, work)
        put_back = 0
        for member, reader in backup.members_of(contents):
            if backup.KEPT.fullmatch(member.name) and member.is_what_its_name_says:
                put_back += backup.put_back(way, member, reader)
        backup.take_free_places(way)
        os.sync()  # the bytes are on the disk before any row speaks of them
        aside = warehouse.load_snapshot(
            settings.warehouse_url, path, held, force=force, now=now, include=settings.include
        )
    with warehouse.looking(settings.warehouse_url) as (connection, _):
        named = {_path_of(one): one for one in warehouse.named_files(connection)}
    return _told(contents, file) | {
        "file": str(file),
        "files_put_back": put_back,
        "kept_aside": str(aside) if aside else None,
        "program_revision": warehouse.HEAD,
        "run_next": "commune-reports db upgrade" if held.revision < warehouse.HEAD else None,
        "missing": [_word(name, one) for name, one in named.items() if not (home / name).is_file()],
        "damaged": [],
    }


def warehouse_state(settings: Settings, *, as_of: datetime | None = None) -> dict[str, Any]:
    """Where the warehouse is, at which revision, how large, whether it is whole, and whether every named file is there.

    As of a moment, rows and the files they name are those known then; the rest is as it is now.
    """
    url = make_url(settings.warehouse_url)
    result: dict[str, Any] = {
        "kind": url.get_backend_name(),
        "location": url.render_as_string(hide_password=True),
        "program_revision": warehouse.HEAD,
        "last_backup": _last_backup(settings.home),
    }
    damage = warehouse.damage_of(settings.warehouse_url)
    if damage:
        return result | {"integrity": damage, "trouble": [f"the warehouse is damaged: {damage}"]}
    with warehouse.looking(settings.warehouse_url) as (connection, revision):
        state = warehouse.state_of(connection, revision, as_of=as_of)
        # Where a table is not whole nobody knows which files its rows name.
        is_known = not any(one.partition(".")[0] in warehouse.NAMING for one in state.lacking)
        files = warehouse.named_files(connection, as_of=as_of) if is_known else []
        named = {_path_of(one): one for one in files}
        later = warehouse.named_files(connection) if is_known and as_of is not None else []
        named_by_now = named.keys() | {_path_of(one) for one in later}
    missing = [_word(name, one) for name, one in named.items() if not (settings.home / name).is_file()]
    damaged = [_word(name, one) for name, one in named.items() if _is_damaged(settings.home / name, one.sha256)]
    trouble = [f"revision {revision} is older than this program's"] if revision < warehouse.HEAD else []
    trouble += [f"{one} is not in the warehouse" for one in state.lacking]
    trouble += [f"missing: {one}" for one in missing]
    trouble += [f"damaged: {one}" for one in damaged]
    kept = {name: path.stat().st_size for name, path in backup.kept_files(settings.home)}
    return result | {
        "revision": revision,
        "bytes": state.size,
        "rows": state.rows,
        "last_submission": state.last_submission,
        "integrity": "ok" if url.get_backend_name() == "sqlite" else None,
        "files": {
            "named": len(named) if is_known else None,
            "kept": len(kept),
            "unnamed": len(kept.keys() - named_by_now) if is_known else None,
            "bytes": sum(kept.values()),
            "missing": missing,
            "damaged": damaged,
        },
        "trouble": trouble,
    }


def go_down(settings: Settings, revision: str, *, agreed: bool) -> dict[str, Any]:
    """Take the warehouse back to an earlier revision; NeedsHuman tells what that loses unless it is agreed to."""
    with warehouse.looking(settings.warehouse_url) as (connection, found):
        if revision not in warehouse.revisions() or found < revision:
            lost, rows = {}, {}
        else:
            lost, rows = warehouse.losses(found, revision), warehouse.rows_lost(connection, found, revision)
    if lost and not agreed:
        told = " ".join(f"{one}: {what}" for one, what in lost.items())
        counted = ", ".join(f"{name} {count}" for name, count in rows.items() if count) or "none"
        raise NeedsHuman(
            f"going from {found} to {revision} loses what came later. {told} Rows that would go: {counted}. "
            "Make a backup (commune-reports db backup), then run it again with --yes"
        )
    return {
        "revision": warehouse.downgrade(settings.warehouse_url, revision, include=settings.include),
        "lost": lost,
        "rows_lost": rows,
    }


def _target(settings: Settings, out: Path | None, now: datetime) -> Path:
    name = f"commune-reports-{now.astimezone(ZONE):%Y%m%dT%H%M%S}.tar"
    if out is None:
        folder = settings.home / "backups"
        with backup.on_disk(folder):
            folder.mkdir(parents=True, exist_ok=True)
        out = folder
    target = (out / name if out.is_dir() else out).absolute()
    if not target.parent.is_dir():
        raise NeedsHuman(f"{target.parent} is no folder; make it, or mount the disk it is on")
    if target.exists():
        raise NeedsHuman(f"{target} exists; a backup is never overwritten, name another file")
    return target


def _unpacked_warehouse(contents: backup.Contents, work: Path) -> tuple[warehouse.Held, Path]:
    """The warehouse of an examined backup as a file of its own, checked."""
    try:
        stated = dict(contents.stated["warehouse"])
        size = int(stated.pop("size"))
        held = warehouse.Held(**stated)
        _told(contents, contents.path)
        dict(held.rows)
    except (KeyError, TypeError, ValueError) as error:
        raise NeedsHuman(f"the manifest of {contents.path} says nothing about a warehouse") from error
    for member, reader in backup.members_of(contents):
        if member.name == f"{held.file}.gz" and backup.WAREHOUSE.fullmatch(member.name):
            backup.decompress(reader, work / held.file, size=size)
            warehouse.check_snapshot(work / held.file, held)
            return held, work / held.file
    raise NeedsHuman(f"{contents.path} holds no warehouse")


def _troubles(
    named: dict[str, warehouse.NamedFile], members: dict[str, backup.Member], unreadable: Collection[str]
) -> dict[str, list[str]]:
    """Files rows name that are not in the backup, and members that are not what they are named."""
    missing = [_word(name, one) for name, one in named.items() if name not in members]
    missing += [name for name in unreadable if name not in named]
    damaged = [
        _word(name, named[name]) if name in named else name
        for name, one in members.items()
        if not one.is_what_its_name_says or (name in named and named[name].sha256 != one.sha256)
    ]
    return {"missing": missing, "damaged": damaged}


def _told(contents: backup.Contents, path: Path) -> dict[str, Any]:
    stated = contents.stated
    return {
        "file": str(path),
        "made_at": stated["made_at"],
        "program_version": stated["program_version"],
        **{name: stated["warehouse"][name] for name in ("kind", "revision", "rows")},
        "held_as": stated["warehouse"]["file"],
        "files": sum(1 for name in contents.members if backup.KEPT.fullmatch(name)),
        "missing": list(stated["missing"]),
        "damaged": list(stated["damaged"]),
    }


def _is_damaged(path: Path, sha256: str) -> bool:
    """Whether a file is there and holds other bytes than its row says, or cannot be read."""
    try:
        return backup.sha256_of(path) != sha256
    except FileNotFoundError:
        return False
    except OSError:
        return True


def _path_of(one: warehouse.NamedFile) -> str:
    return one.path or inbox.archived_path(Path(), one.sha256).as_posix()


def _word(name: str, one: warehouse.NamedFile) -> str:
    return f"{name} ({one.called})"


def _all_of(*parts: Iterable[tuple[str, Path]]) -> Iterator[tuple[str, Path]]:
    for part in parts:
        yield from part


def _last_backup(home: Path) -> dict[str, Any] | None:
    try:
        note = json.loads((home / LAST_BACKUP).read_bytes())
        return {**note, "is_there": Path(note["file"]).is_file()}
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _program_version() -> str:
    try:
        return importlib.metadata.version("commune-reports")
    except importlib.metadata.PackageNotFoundError:
        return "unknown"
