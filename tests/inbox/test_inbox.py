"""The shared folder as communes and their machines treat it."""

import errno
import hashlib
import io
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commune_reports import inbox
from commune_reports.errors import NeedsHuman, Transient

NOW = datetime(2024, 11, 18, 9, 0, tzinfo=UTC)


def _drop(share: Path, name: str, content: bytes = b"so lieu", folder: str = "22492-dai-lanh") -> Path:
    path = share / folder / "nop" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def _settled(share: Path) -> list[inbox.Dropped]:
    return inbox.settled_files(share, settle_seconds=0, wait=lambda _: None)


def test_a_settled_file_is_found_with_the_unit_its_folder_names(tmp_path: Path) -> None:
    _drop(tmp_path, "báo cáo tháng 11.xlsx")
    [found] = _settled(tmp_path)
    assert (found.path.name, found.unit_code, found.folder) == ("báo cáo tháng 11.xlsx", "22492", "22492-dai-lanh")


def test_a_folder_without_a_unit_code_is_looked_into_but_names_no_unit(tmp_path: Path) -> None:
    _drop(tmp_path, "a.xlsx", folder="phong-khac")
    assert [found.unit_code for found in _settled(tmp_path)] == [None]


def test_a_file_in_a_visible_subfolder_of_the_drop_folder_is_found(tmp_path: Path) -> None:
    _drop(tmp_path, "a.xlsx")
    (tmp_path / "22492-dai-lanh/nop/thang 11").mkdir()
    (tmp_path / "22492-dai-lanh/nop/thang 11/b.xlsx").write_bytes(b"b")
    assert [found.path.name for found in _settled(tmp_path)] == ["a.xlsx", "b.xlsx"]


@pytest.mark.parametrize(
    "name",
    ["~$bao cao.xlsx", ".hidden.xlsx", ".tam/a.xlsx", "a.xlsx.part", "a.crdownload", "~WRL0001.tmp", "Thumbs.db"],
)
def test_lock_hidden_and_half_copied_files_are_left_alone(tmp_path: Path, name: str) -> None:
    path = tmp_path / "22492-dai-lanh" / "nop" / name
    path.parent.mkdir(parents=True)
    path.write_bytes(b"x")
    assert _settled(tmp_path) == []
    assert path.exists()


def test_links_and_pipes_are_left_alone_and_the_log_names_them(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(b"x")
    drop = _drop(tmp_path, "a.xlsx").parent
    assert [found.path.name for found in _settled(tmp_path)] == ["a.xlsx"]
    assert not caplog.records
    (drop / "link.xlsx").symlink_to(secret)
    os.mkfifo(drop / "pipe.xlsx")
    assert [found.path.name for found in _settled(tmp_path)] == ["a.xlsx"]
    assert {record.args[0] for record in caplog.records if isinstance(record.args, tuple)} == {
        str(drop / "link.xlsx"),
        str(drop / "pipe.xlsx"),
    }


def test_a_file_that_grows_between_two_looks_is_left_for_the_next_pass(tmp_path: Path) -> None:
    growing, still = _drop(tmp_path, "growing.xlsx"), _drop(tmp_path, "still.xlsx")

    def copy_goes_on(_: float) -> None:
        with growing.open("ab") as file:
            file.write(b"more")

    assert [found.path for found in inbox.settled_files(tmp_path, settle_seconds=0, wait=copy_goes_on)] == [still]


def test_a_file_somebody_still_holds_open_for_writing_is_left_for_the_next_pass(tmp_path: Path) -> None:
    path = _drop(tmp_path, "a.xlsx")
    with path.open("ab"):
        assert _settled(tmp_path) == []
    assert [found.path for found in _settled(tmp_path)] == [path]


def test_a_share_out_of_reach_is_tried_again_later(tmp_path: Path) -> None:
    with pytest.raises(Transient, match="cannot be reached"):
        _settled(tmp_path / "unmounted")


@given(content=st.binary(max_size=5000))
def test_archived_bytes_are_the_dropped_bytes_named_by_their_sha256(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    base = tmp_path_factory.mktemp("a")
    _drop(base / "share", "a.xlsx", content)
    [dropped] = _settled(base / "share")
    kept = inbox.archive(dropped, base / "home")
    assert isinstance(kept, inbox.Archived)
    assert kept.sha256 == hashlib.sha256(content).hexdigest()
    assert kept.path == inbox.archived_path(base / "home", kept.sha256)
    assert kept.path.read_bytes() == content
    assert kept.path.stat().st_mode & 0o222 == 0
    assert list((base / "home/archive/incoming").iterdir()) == []


def test_a_file_replaced_after_the_look_is_not_archived_as_the_old_one(tmp_path: Path) -> None:
    path = _drop(tmp_path / "share", "a.xlsx", b"old")
    [dropped] = _settled(tmp_path / "share")
    path.unlink()
    path.write_bytes(b"new and longer")
    assert inbox.archive(dropped, tmp_path / "home") is None


def test_a_file_replaced_after_archiving_stays_in_the_drop_folder(tmp_path: Path) -> None:
    path = _drop(tmp_path / "share", "a.xlsx", b"old")
    [dropped] = _settled(tmp_path / "share")
    kept = inbox.archive(dropped, tmp_path / "home")
    assert isinstance(kept, inbox.Archived)
    path.write_bytes(b"new and longer")
    assert not inbox.leave_drop_folder(kept)
    assert path.read_bytes() == b"new and longer"


def test_an_archived_file_leaves_the_drop_folder(tmp_path: Path) -> None:
    path = _drop(tmp_path / "share", "a.xlsx")
    [dropped] = _settled(tmp_path / "share")
    kept = inbox.archive(dropped, tmp_path / "home")
    assert isinstance(kept, inbox.Archived)
    assert inbox.leave_drop_folder(kept)
    assert not path.exists()


def test_the_same_drop_seen_again_after_a_crash_has_the_same_key_and_a_second_drop_another(tmp_path: Path) -> None:
    def key() -> str:
        [dropped] = _settled(tmp_path / "share")
        kept = inbox.archive(dropped, tmp_path / "home")
        assert isinstance(kept, inbox.Archived)
        return kept.submission_id

    path = _drop(tmp_path / "share", "a.xlsx")
    first = key()
    assert key() == first
    path.unlink()
    os.sync()
    _drop(tmp_path / "share", "khac.xlsx")
    path = _drop(tmp_path / "share", "a.xlsx")
    (tmp_path / "share/22492-dai-lanh/nop/khac.xlsx").unlink()
    assert key() != first


def test_a_file_counts_as_received_when_it_reached_the_server_not_when_it_was_collected(tmp_path: Path) -> None:
    path = _drop(tmp_path, "a.xlsx")
    [dropped] = _settled(tmp_path)
    arrived = datetime.fromtimestamp(path.stat().st_ctime, tz=UTC)
    collected = arrived + timedelta(minutes=7)
    assert abs(inbox.received_at(dropped, collected) - arrived) < timedelta(seconds=1)
    assert inbox.received_at(dropped, NOW) == NOW, "a stated business date far from the server's clock wins"


def test_an_answer_appears_whole_under_a_name_every_system_accepts(tmp_path: Path) -> None:
    tmp_path.joinpath("22492-dai-lanh").mkdir()
    path = inbox.give_back(tmp_path, "22492-dai-lanh", "phan-hoi", "Phiếu: tiếp/nhận\\đơn.html", content=b"<p>")
    assert path.read_bytes() == b"<p>"
    assert path.name == "Phieu-tiep-nhan-don.html"
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


@given(name=st.text(max_size=300))
def test_every_name_becomes_a_plain_one(name: str) -> None:
    plain = inbox.plain_file_name(name)
    assert plain and len(plain) <= 111 and "/" not in plain and plain.isascii() and not plain.startswith(".")


def test_a_drop_folder_that_is_a_link_to_elsewhere_is_left_alone(tmp_path: Path) -> None:
    share, elsewhere = tmp_path / "share", tmp_path / "elsewhere"
    own = _drop(share, "a.xlsx")
    elsewhere.mkdir()
    (elsewhere / "secret.xlsx").write_bytes(b"bi mat")
    (share / "22495-van-phuoc").mkdir()
    (share / "22495-van-phuoc/nop").symlink_to(elsewhere)
    assert [found.path for found in _settled(share)] == [own]


@pytest.mark.parametrize("fault", [errno.EACCES, errno.ENAMETOOLONG])
@pytest.mark.parametrize("where", ["22495-van-phuoc/nop/khoa", "22495-van-phuoc/nop"])
def test_a_locked_folder_inside_a_drop_folder_keeps_nobody_else_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str, fault: int
) -> None:
    own, real = _drop(tmp_path, "a.xlsx"), os.scandir
    (tmp_path / "22495-van-phuoc/nop/khoa").mkdir(parents=True)

    def locked(path: Path) -> Any:
        if Path(path) == tmp_path / where:
            raise OSError(fault, "no", str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", locked)
    if where.endswith("khoa"):
        assert [found.path for found in _settled(tmp_path)] == [own]
    else:
        with pytest.raises(Transient, match="nop"):
            _settled(tmp_path)


@pytest.mark.parametrize(
    ("fault", "said"), [(errno.ENOSPC, "no room left under"), (errno.EROFS, "cannot be written .Read-only file system")]
)
@pytest.mark.parametrize("where", ["mkdir", "open", "write"])
def test_an_archive_that_cannot_be_written_is_our_trouble_and_not_the_senders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str, fault: int, said: str
) -> None:
    dropped = _drop(tmp_path / "share", "a.xlsx")
    [found] = _settled(tmp_path / "share")
    opening = Path.open

    def stop(*_: object, **__: object) -> None:
        raise OSError(fault, os.strerror(fault))

    class Full(io.BytesIO):
        write = stop  # type: ignore[assignment]

    def opened(path: Path, mode: str = "r", **named: Any) -> Any:
        return Full() if mode == "wb" else opening(path, mode, **named)

    monkeypatch.setattr(Path, "open" if where == "write" else where, opened if where == "write" else stop)
    monkeypatch.setattr(Path, "unlink", stop)
    with pytest.raises(NeedsHuman, match=f"{said}.*") as raised:
        inbox.archive(found, tmp_path / "home")
    assert str(tmp_path / "home") in str(raised.value)
    assert dropped.exists()


def test_a_dropped_file_that_cannot_be_read_to_its_end_is_named_and_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dropped = _drop(tmp_path / "share", "a.xlsx")
    [found] = _settled(tmp_path / "share")

    class Torn(io.BytesIO):
        def read(self, *_: object) -> bytes:
            raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as broken:
        broken.setattr(os, "fdopen", lambda handle, _: os.close(handle) or Torn())
        assert inbox.archive(found, tmp_path / "home") == inbox.Unreadable(dropped, "Input/output error")
    assert dropped.exists()
    assert list((tmp_path / "home" / "archive" / "incoming").iterdir()) == []
