"""Letters: receipt, announcement, reminder and cover note: to whom, under which key, in which words."""

from commune_reports.letters.model import Address, Attachment, Letter
from commune_reports.letters.writing import (
    ReceiptFacts,
    ReportIssue,
    addressed_by,
    announcement,
    answer_stem,
    receipt,
    receipt_lines,
    receipt_verdict,
    reminder,
    report_letter,
)

__all__ = [
    "Address",
    "Attachment",
    "Letter",
    "ReceiptFacts",
    "ReportIssue",
    "addressed_by",
    "announcement",
    "answer_stem",
    "receipt",
    "receipt_lines",
    "receipt_verdict",
    "reminder",
    "report_letter",
]
