"""A backup file is whole or refused: flipped bytes, cut ends, foreign members; and its name is given once, to a finished file."""

import io
import json
import os
import random
import signal
import subprocess
import sys
import tarfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from commune_reports import backup
from commune_reports.backup import packing
from commune_reports.errors import NeedsHuman

BYTES = {f"file {number}".encode() * 400 for number in range(6)}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with six archived files, a marked workbook and a report, and what does not belong into a backup."""
    made = tmp_path / "home"
    for content in BYTES:
        _write(made / _archived(content), content)
    _write(made / "answers" / _digest(b"marked")[:2] / f"{_digest(b'marked')}.xlsx", b"marked")
    _write(made / "reports" / "pci-pgi-2024" / "2024-11" / "r0" / "bao-cao.xlsx", b"report")
    for foreign in ("archive/incoming/123-456", "archive/ab/not-a-digest", "reports/.hidden/x", "share/a/nop/b.xlsx"):
        _write(made / foreign, b"not ours")
    (made / "archive" / "ab" / ("ab" * 32)).symlink_to("/etc/hostname")
    return made


@pytest.fixture
def packed(home: Path, tmp_path: Path) -> Path:
    path = tmp_path / "packed.tar"
    backup.pack(
        path, backup.kept_files(home), state=lambda members, unreadable: {"program_version": "1", "bad": unreadable}
    )
    return path


def _digest(content: bytes) -> str:
    return sha256(content).hexdigest()


def _archived(content: bytes) -> str:
    return f"archive/{_digest(content)[:2]}/{_digest(content)}"


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def _tar(path: Path, members: list[tuple[tarfile.TarInfo, bytes]], listed: list[dict[str, Any]] | None = None) -> Path:
    """A tar as somebody else may make it, with a manifest that lists its members truly."""
    truly = [{"name": one.name, "size": len(content), "sha256": _digest(content)} for one, content in members]
    manifest = json.dumps({"format": 1, "members": truly if listed is None else listed}).encode()
    end = [
        (tarfile.TarInfo("manifest.json"), manifest),
        (tarfile.TarInfo("manifest.json.sha256"), _digest(manifest).encode()),
    ]
    with tarfile.open(path, "w", format=tarfile.GNU_FORMAT) as tar:
        for info, content in [*members, *end]:
            if info.isreg():
                info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return path


def test_what_was_put_in_is_what_comes_out(packed: Path, home: Path, tmp_path: Path) -> None:
    contents = backup.examine(packed)
    assert len(contents.members) == len(BYTES) + 2
    assert contents.stated["bad"] == []
    with backup.putting_back(tmp_path / "new") as way:
        assert all(backup.put_back(way, member, reader) for member, reader in backup.members_of(contents))
    for name, path in backup.kept_files(home):
        assert (tmp_path / "new" / name).read_bytes() == path.read_bytes()
    assert packed.stat().st_mode & 0o777 == 0o600


def test_anybody_can_open_it_with_tar_and_check_it_with_sha256sum(packed: Path, tmp_path: Path) -> None:
    subprocess.run(["tar", "-xf", packed, "-C", tmp_path], check=True)
    checked = subprocess.run(
        ["sha256sum", "-c", "manifest.json.sha256"], cwd=tmp_path, check=False, capture_output=True
    )
    assert checked.stdout == b"manifest.json: OK\n"


def test_a_flipped_byte_is_noticed_or_says_nothing(packed: Path) -> None:
    """Bytes that fill up a block say nothing; every other one is noticed."""
    whole = packed.read_bytes()
    before = backup.examine(packed)
    drawn = random.Random(1)
    noticed = 0
    for place in drawn.sample(range(len(whole)), 400):
        packed.write_bytes(whole[:place] + bytes([whole[place] ^ 1 << drawn.randrange(8)]) + whole[place + 1 :])
        try:
            assert backup.examine(packed) == before
            assert whole[place] == 0
        except NeedsHuman as error:
            assert "damaged" in str(error) or "no backup of ours" in str(error)
            noticed += 1
    assert noticed > 200


def test_a_backup_cut_off_anywhere_is_refused(packed: Path) -> None:
    whole = packed.read_bytes()
    end = whole.rindex(b"  manifest.json\n")
    for length in (*range(0, end, 512), *range(100, end, 1777), end - 10):
        packed.write_bytes(whole[:length])
        with pytest.raises(NeedsHuman, match="damaged"):
            backup.examine(packed)


def test_what_is_no_backup_is_refused_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "x.tar"
    for content in (b"", b"PK\x03\x04", os.urandom(5000)):
        path.write_bytes(content)
        with pytest.raises(NeedsHuman, match="damaged"):
            backup.examine(path)
    with pytest.raises(NeedsHuman, match="cannot be read: No such file"):
        backup.examine(tmp_path / "nowhere.tar")


def test_a_backup_of_a_later_format_names_the_program_that_made_it(tmp_path: Path) -> None:
    path = tmp_path / "x.tar"
    backup.pack(path, [], state=lambda *_: {"format": 2, "program_version": "9.9"})
    with pytest.raises(NeedsHuman, match=r"made by program version 9\.9 in format 2, .* install that version"):
        backup.examine(path)


@pytest.mark.parametrize(
    "name",
    [
        "../evil",
        "/tmp/evil",
        "archive/../../evil",
        "archive/ab/../../../evil",
        "reports/../evil",
        "reports/./evil",
        "reports/a//evil",
        "reports/.evil",
        "share/22489-van-gia/nop/evil.xlsx",
        "warehouse.sqlite.gz/../evil",
        "archive/ab/" + "cd" * 32,
        "archive/ab/" + "ab" * 32 + "\n",
    ],
)
def test_a_member_with_a_foreign_name_is_refused_though_the_manifest_lists_it(tmp_path: Path, name: str) -> None:
    path = _tar(tmp_path / "x.tar", [(tarfile.TarInfo(name), b"evil")])
    with pytest.raises(NeedsHuman, match="no backup of ours"):
        backup.examine(path)


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE])
def test_a_member_that_is_no_plain_file_is_refused(tmp_path: Path, kind: bytes) -> None:
    info = tarfile.TarInfo(_archived(b"a"))
    info.type, info.linkname = kind, "/etc/passwd"
    with pytest.raises(NeedsHuman, match="is not a plain file"):
        backup.examine(_tar(tmp_path / "x.tar", [(info, b"")]))


def test_members_twice_unlisted_or_absent_are_refused(tmp_path: Path) -> None:
    name = _archived(b"a")
    listed = [{"name": name, "size": 1, "sha256": _digest(b"a")}]
    twice = _tar(tmp_path / "a.tar", [(tarfile.TarInfo(name), b"a"), (tarfile.TarInfo(name), b"a")])
    unlisted = _tar(tmp_path / "b.tar", [(tarfile.TarInfo(name), b"a")], [])
    absent = _tar(tmp_path / "c.tar", [], listed)
    other = _tar(tmp_path / "d.tar", [(tarfile.TarInfo(name), b"b")], listed)
    for path, said in (
        (twice, "twice"),
        (unlisted, "not what was put in"),
        (absent, "is missing"),
        (other, "not what was"),
    ):
        with pytest.raises(NeedsHuman, match=said):
            backup.examine(path)


def test_a_warehouse_that_unpacks_to_more_than_was_said_stops(tmp_path: Path) -> None:
    (tmp_path / "zeros").write_bytes(bytes(50_000_000))
    backup.compress(tmp_path / "zeros", tmp_path / "bomb.gz")
    with (tmp_path / "bomb.gz").open("rb") as reader, pytest.raises(NeedsHuman, match="not 1000 bytes long"):
        backup.decompress(reader, tmp_path / "out", size=1000)
    assert (tmp_path / "out").stat().st_size <= 1000


def test_a_file_that_stops_being_readable_is_left_out_and_the_rest_is_whole(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [name for name, _ in backup.kept_files(home)]
    really = packing._Digesting.read

    def read(self: Any, size: int) -> bytes:
        if Path(self.file.name) == home / names[2]:
            self.file.read()
            self.trouble = OSError(5, "Input/output error")
            raise self.trouble
        return really(self, size)

    monkeypatch.setattr(packing._Digesting, "read", read)
    path = tmp_path / "x.tar"
    told = backup.pack(path, backup.kept_files(home), state=lambda members, unreadable: {"bad": unreadable})
    assert told["bad"] == [names[2]]
    assert list(backup.examine(path).members) == [*names[:2], *names[3:]]


def test_what_is_there_already_stays_and_what_is_damaged_is_replaced_and_kept(packed: Path, home: Path) -> None:
    first, second = sorted(_archived(content) for content in BYTES)[:2]
    untouched = (home / first).stat()
    good = (home / second).read_bytes()
    (home / second).write_bytes(b"rot")
    with backup.putting_back(home) as way:
        written = [
            member.name
            for member, reader in backup.members_of(backup.examine(packed))
            if backup.put_back(way, member, reader)
        ]
        assert written == [second]
        assert (home / second).read_bytes() == b"rot"
    assert (home / second).read_bytes() == good
    assert (home / f"{second}.before-restore").read_bytes() == b"rot"
    assert (home / first).stat() == untouched


def test_what_stood_there_before_two_restores_is_kept_twice(packed: Path, home: Path) -> None:
    first = sorted(_archived(content) for content in BYTES)[0]
    for bytes_ in (b"rot", b"other rot"):
        (home / first).chmod(0o640)
        (home / first).write_bytes(bytes_)
        with backup.putting_back(home) as way:
            for member, reader in backup.members_of(backup.examine(packed)):
                backup.put_back(way, member, reader)
    assert (home / f"{first}.before-restore").read_bytes() == b"rot"
    assert (home / f"{first}.before-restore-2").read_bytes() == b"other rot"


def test_a_name_that_is_taken_stays_taken(tmp_path: Path) -> None:
    (tmp_path / "new").write_bytes(b"new")
    (tmp_path / "old").write_bytes(b"old")
    with pytest.raises(NeedsHuman, match="never overwritten"):
        backup.give_name(tmp_path / "new", tmp_path / "old")
    assert (tmp_path / "old").read_bytes() == b"old"


def test_a_file_system_without_links_gives_names_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    (tmp_path / "new").write_bytes(b"new")
    backup.give_name(tmp_path / "new", tmp_path / "named")
    assert (tmp_path / "named").read_bytes() == b"new"
    (tmp_path / "other").write_bytes(b"other")
    with pytest.raises(NeedsHuman, match="never overwritten"):
        backup.give_name(tmp_path / "other", tmp_path / "named")


def test_what_a_killed_process_left_is_swept_and_what_a_living_one_uses_is_not(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from commune_reports import backup\n"
        "with backup.workspace(Path(sys.argv[1])) as work:\n"
        "    (work / 'half').write_bytes(b'x'); print('ready', flush=True); time.sleep(60)"
    )
    start: Callable[[], subprocess.Popen[bytes]] = lambda: subprocess.Popen(  # noqa: E731
        [sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE
    )
    living, killed = start(), start()
    for one in (living, killed):
        assert one.stdout and one.stdout.readline() == b"ready\n"
    assert len(list(tmp_path.iterdir())) == 2
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    with backup.workspace(tmp_path):
        assert len(list(tmp_path.iterdir())) == 2
    assert len(list(tmp_path.iterdir())) == 1
    living.kill()
    living.wait()
