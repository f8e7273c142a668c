"""The answer of `check` for people: it is read by the officers who filled the file, so it speaks as the receipt does."""

from collections.abc import Iterator, Mapping
from typing import Any

from rich import box
from rich.table import Table

from commune_reports.findings import Severity

VERDICTS = {"accepted": "nhận", "partly_accepted": "nhận một phần", "rejected": "chưa nhận"}
SEVERITIES = {Severity.CRITICAL: "Cần sửa", Severity.WARNING: "Nên xem lại", Severity.INFO: "Ghi nhận"}
NARROWEST = 80


def verdict_lines(answer: Mapping[str, Any]) -> Iterator[str]:
    """Which file it is, the verdict with its counts, and where the marked copy lies."""
    rows = answer["rows"]
    yield f"Tệp: {answer['file']}"
    counted = f"{rows['accepted']}/{rows['read']} nhiệm vụ được nhận" if rows["read"] else "không đọc được nhiệm vụ nào"
    nil = f", trong đó {rows['nil']} không phát sinh" if rows["nil"] else ""
    owed = f"; kỳ này phải báo cáo {rows['owed']} nhiệm vụ" if rows["owed"] else ""
    yield f"Kết luận: {VERDICTS[answer['verdict']]} – {counted}{nil}{owed}."
    told = [
        f"{sum(one['severity'] == severity for one in answer['findings'])} {words.lower()}"
        for severity, words in SEVERITIES.items()
    ]
    yield f"Phát hiện: {', '.join(told)}." if answer["findings"] else "Không có gì phải sửa."
    if answer.get("marked"):
        yield f"Tệp đánh dấu: {answer['marked']}"
    elif "marked" in answer and rows["read"] and any(one["severity"] != Severity.INFO for one in answer["findings"]):
        yield "Tệp đánh dấu: không làm được cho tệp này; các ô cần xem có trong bảng dưới đây."


def findings_table(answer: Mapping[str, Any]) -> Table:
    """What to mend first, then what to look at, then what is only noted; each with its cell."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("Mức độ", no_wrap=True)
    table.add_column("Trang, ô", overflow="fold", max_width=14)
    table.add_column("Nhiệm vụ", no_wrap=True)
    table.add_column("Nội dung", overflow="fold")
    order = list(SEVERITIES)
    for one in sorted(answer["findings"], key=lambda one: order.index(Severity(one["severity"]))):
        place = "\n".join(filter(None, (one["sheet"], one["cell"]))) or "cả tệp"
        # Nothing a commune typed may be read as markup.
        texts = (place, one["task"] or "–", one["message"])
        table.add_row(SEVERITIES[Severity(one["severity"])], *(text.replace("[", r"\[") for text in texts))
    return table
