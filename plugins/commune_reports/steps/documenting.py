"""Great Expectations' pages about a period's files, for IT, when somebody asks for them."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from commune_reports import backup, inbox, warehouse
from commune_reports.errors import NeedsHuman
from commune_reports.settings import Settings
from commune_reports.steps.comparing import Memory
from commune_reports.steps.desk import open_desk, plan_period
from commune_reports.steps.examining import Bench, Incoming, submitted_files
from commune_reports.validation import Period, write_data_docs


def write_docs(settings: Settings, *, period: str, out: Path, now: datetime) -> dict[str, Any]:
    """Read the period's archived files again, put every row, accepted or not, to the rules, and write what came of it.

    NeedsHuman if no file of the period was assessed yet, or a file that was is not in the archive.
    """
    desk = open_desk(settings)
    wanted = plan_period(desk.plan, period)
    desk.settled(now)
    with desk.reading() as connection:
        arrivals = warehouse.assessed_submissions(connection, desk.plan.id, period, as_of=now)
    incoming = []
    for one in arrivals:
        path = inbox.archived_path(settings.home, one.sha256)
        if not path.is_file():
            raise NeedsHuman(f"archived file {one.sha256} ({one.file_name}) is not there")
        incoming.append(
            Incoming(
                id=one.submission_id,
                name=one.file_name,
                path=path,
                unit_code=one.unit_code,
                received_at=one.received_at,
                folder=one.folder,
            )
        )
    bench = Bench.load(settings, desk.plan)
    # As they were judged when they came: each beside the ones before it, and what was known when the first arrived.
    memory = Memory(desk.warehouse, arrivals[0].received_at - timedelta(microseconds=1)) if arrivals else None
    read = submitted_files(bench, incoming, memory=memory)
    batch = [one for one in read if one.period == wanted and one.reading.rows]
    if not batch:
        raise NeedsHuman(f"no file of period {period} has a row yet; there is nothing to show")
    names = {one.submission_id: one.file_name for one in arrivals}
    asked = Period(batch, names, now)
    templates = settings.include / "templates"
    if out.exists() and any(out.iterdir()):
        raise NeedsHuman(f"{out} is not empty; name a new folder, so that pages of two runs do not mix")
    with backup.writing_whole(out) as work:
        index = write_data_docs(asked, desk.plan, rules=bench.rules, templates=templates, out=work)
    return {
        "period": period,
        "files": len(batch),
        "rows": sum(len(one.reading.rows) for one in batch),
        "index": str(out / index.name),
    }
