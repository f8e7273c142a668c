"""The report as LibreOffice prints it; skipped where there is no LibreOffice."""

import shutil
import subprocess
from datetime import datetime
from pathlib import Path

import pytest

from commune_reports import steps
from commune_reports.demo.communes import fill_template, honest_entries
from commune_reports.period import ZONE, ReportingPeriod
from commune_reports.plan import Plan
from commune_reports.settings import read_settings

PERIOD = ReportingPeriod.parse("2024-11")
needs_office = pytest.mark.skipif(
    not (shutil.which("soffice") and shutil.which("pdftotext")), reason="LibreOffice or poppler is not installed"
)


def _printed(workbook: Path, out: Path) -> list[str]:
    """The pages as text."""
    profile = f"-env:UserInstallation=file://{out}/profile"
    command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(out), str(workbook)]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    pdf = out / f"{workbook.stem}.pdf"
    done = subprocess.run(["pdftotext", "-layout", str(pdf), "-"], check=True, capture_output=True, text=True)
    return done.stdout.split("\f")[:-1]


@needs_office
def test_a_published_report_prints_whole(plan: Plan, tmp_path: Path) -> None:
    settings = read_settings({"COMMUNE_REPORTS_HOME": str(tmp_path / "home"), "COMMUNE_REPORTS_SETTLE_SECONDS": "0"})
    steps.open_periods(settings, now=datetime(2024, 10, 15, 7, tzinfo=ZONE), period=PERIOD.id)
    for unit in plan.units[:3]:
        folder = settings.share / unit.folder
        template = folder / "bieu-mau" / f"bieu-mau-{PERIOD.id}.xlsx"
        fill_template(template, folder / "nop" / "bc.xlsx", honest_entries(plan, unit, PERIOD))
    steps.collect(settings, now=datetime(2024, 11, 15, 9, tzinfo=ZONE))
    published = steps.publish_period(settings, period=PERIOD.id, now=datetime(2024, 11, 19, 8, tzinfo=ZONE))
    pages = _printed(settings.home / published["report"][0], tmp_path)
    assert "###" not in "".join(pages)
    assert "BÁO CÁO TỔNG HỢP THÁNG 11/2024" in pages[0]
    assert "TM. ỦY BAN NHÂN DÂN" in pages[0]
    assert "Trung bình" in pages[1]
    assert all(f"Trang {number}/{len(pages)}" in page for number, page in enumerate(pages, start=1))
    for unit in plan.units:
        assert unit.name in pages[1]


@needs_office
def test_a_template_prints_with_its_heading_on_every_page(plan: Plan, tmp_path: Path) -> None:
    settings = read_settings({"COMMUNE_REPORTS_HOME": str(tmp_path / "home")})
    out = tmp_path / "mau.xlsx"
    now = datetime(2024, 10, 15, 7, tzinfo=ZONE)
    steps.write_unit_template(settings, unit="22492", period=PERIOD.id, out=out, now=now)
    pages = _printed(out, tmp_path)
    assert 3 <= len(pages) <= 8
    for page in pages[:-1]:
        assert "Tình trạng" in page
    for code in plan.tasks:
        assert any(code in page for page in pages)
