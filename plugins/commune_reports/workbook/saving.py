"""Workbooks of our own: the same cells always give the same bytes."""

import re
import zipfile
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from openpyxl import Workbook

# openpyxl stamps the moment of saving; the same report must have the same bytes.
MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*(<)")
FIXED_ZIP_DATE = (1980, 1, 1, 0, 0, 0)


def save_reproducibly(workbook: Workbook, out: Path | BytesIO, *, moment: datetime) -> None:
    """Write a workbook so that the same cells always give the same bytes; `moment` stands in its properties."""
    stamp = moment.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    workbook.properties.created = stamp
    buffer = BytesIO()
    workbook.save(buffer)
    with zipfile.ZipFile(buffer) as written, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as kept:
        for part in written.infolist():
            content = written.read(part)
            if part.filename == "docProps/core.xml":
                content = MODIFIED.sub(rb"\g<1>" + f"{stamp.isoformat()}Z".encode() + rb"\g<2>", content)
            entry = zipfile.ZipInfo(part.filename, date_time=FIXED_ZIP_DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            kept.writestr(entry, content)
