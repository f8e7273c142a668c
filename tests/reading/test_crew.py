"""A file that hangs, crashes, swells or breaks its reader is answered; the others are read."""

import os
import time
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from openpyxl import Workbook

from commune_reports import workers
from commune_reports.reading import Clerk, Unread, crew, read_submissions


def _good() -> bytes:
    workbook = Workbook()
    assert workbook.active is not None
    workbook.active.append(("Mã nhiệm vụ", "Tình trạng", "Tiến độ"))
    workbook.active.append(("PCI-01.1", "Hoàn thành", 100))
    buffer = BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def _hang() -> None:
    time.sleep(60)


def _crash() -> None:
    os._exit(3)


def _swell() -> None:
    bytearray(2**31)


def _break() -> None:
    raise KeyError("a defect of ours")


@pytest.mark.parametrize("beside", [2, 80])
@pytest.mark.parametrize(
    ("trouble", "words"), [(_hang, "quá 1 giây"), (_crash, "bị dừng"), (_swell, "300 MB"), (_break, "không theo chuẩn")]
)
def test_one_bad_file_takes_down_only_itself(
    clerk: Clerk, monkeypatch: pytest.MonkeyPatch, trouble: Callable[[], None], words: str, beside: int
) -> None:
    real = crew.read_submission

    def read(content: bytes, **more: Any) -> Any:
        if content == b"bad":
            trouble()
        return real(content, **more)

    monkeypatch.setattr(crew, "read_submission", read)
    monkeypatch.setattr(workers, "SECONDS", 1.0)
    monkeypatch.setattr(workers, "STACK_SECONDS", 1.0)
    contents = [_good(), b"bad", *[_good()] * beside]
    files = [Unread(content, "x.xlsx", "22492", None) for content in contents]
    readings = read_submissions(files, clerk=clerk)
    assert [len(reading.rows) for reading in readings] == [1, 0, *[1] * beside]
    [finding] = readings[1].findings
    assert (finding.code, finding.severity) == ("reading_failed", "critical")
    assert words in finding.message


def test_answers_come_in_the_order_of_the_files(clerk: Clerk) -> None:
    files = [Unread(_good() if number % 2 else b"", "x", "22492", None) for number in range(20)]
    assert [bool(reading.rows) for reading in read_submissions(files, clerk=clerk)] == [False, True] * 10


def test_no_files_cost_nothing(clerk: Clerk) -> None:
    assert read_submissions([], clerk=clerk) == []


def test_a_file_larger_than_any_report_is_refused_and_the_others_are_read(clerk: Clerk) -> None:
    large = Unread(b"PK\x03\x04" + bytes(250 * 2**20), "large.xlsx", None, None)
    small = Unread(b"", "empty.xlsx", None, None)
    readings = read_submissions([small, large, small], clerk=clerk)
    assert [one.findings[0].code for one in readings] == ["empty_file", "file_too_large", "empty_file"]
