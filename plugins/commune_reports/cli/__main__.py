"""`python -m commune_reports.cli` is `commune-reports`."""

from commune_reports.cli import main

main()
