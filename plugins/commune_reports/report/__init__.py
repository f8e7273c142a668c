"""The consolidated report: what the district's office opens, prints and passes on."""

from commune_reports.report.consolidated import write_consolidated_report

__all__ = ["write_consolidated_report"]
