"""What stands behind the rows that count: what was found on them, how the rules fared on their files, what people decided."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from commune_reports.scorecard import Decided, FileRule, RowFinding, Waiver
from commune_reports.warehouse.deciding import decisions
from commune_reports.warehouse.named_sql import ask, values_of

if TYPE_CHECKING:
    from commune_reports.warehouse.connecting import Warehouse


def row_findings(connection: Connection, warehouse: "Warehouse", asked: Mapping[str, Any]) -> tuple[RowFinding, ...]:
    """What was found on the rows of a period's standing files, in one question however many they are."""
    return tuple(
        RowFinding(
            submission_id=row.submission_id,
            sheet=row.sheet,
            row=row.row,
            cell=row.cell,
            code=row.code,
            severity=row.severity,
            message=row.message,
            waiver=Waiver(row.waived_by, row.waived_because, row.until_at) if row.waived_by else None,
            unit_code=row.unit_code,
            task=row.task,
            file_name=row.file_name,
        )
        for row in ask(connection, warehouse.sql, "row_findings", asked)
    )


def file_rules(
    connection: Connection, warehouse: "Warehouse", *, plan_id: str, period_id: str, as_of: datetime
) -> tuple[FileRule, ...]:
    """How every rule fared on every standing file of a period."""
    asked = {"plan_id": plan_id, "period_ids": [period_id], "as_of": as_of}
    return tuple(values_of(FileRule, row) for row in ask(connection, warehouse.sql, "file_rules", asked))


def decided_about_files(
    connection: Connection, plan_id: str, period_id: str, *, as_of: datetime
) -> tuple[Decided, ...]:
    """The rules waived for units' files of a period and the files withdrawn from it, up to a moment."""
    found = decisions(connection, plan_id, period_id, as_of=as_of)
    return tuple(
        Decided(
            kind=kind,
            unit_code=row["unit_code"],
            about=row[about],
            who=row["who"],
            reason=row["reason"],
            decided_at=row["recorded_at"],
            until_at=row.get("until_at"),
        )
        for kind, about in (("waivers", "rule"), ("withdrawals", "file_name"))
        for row in found[kind]
    )
