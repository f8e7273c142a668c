-- The row that counts for each unit and task of each period: the newest that stands at the moment.
-- grain: period × unit × task with an accepted row
-- parameters: plan_id, as_of
-- uses: standing_rows
-- inlined: as standing_rows
-- counted_pct is what the task adds to its indicator: completed 100, not started 0, nil nothing.
select
    report.*,
    case
        when report.status = 'completed' then 100.0
        when report.status = 'in_progress' then coalesce(report.progress_pct, 0.0)
        when report.status = 'nil' then null
        else 0.0
    end as counted_pct
from standing_rows as report
where
    not exists (
        select 1
        from standing_rows as newer
        where
            newer.plan_id = report.plan_id
            and newer.period_id = report.period_id
            and newer.unit_code = report.unit_code
            and newer.task_code = report.task_code
            and (newer.received_at, newer.recorded_at, newer.submission_id, newer."row", newer.sheet)
            > (report.received_at, report.recorded_at, report.submission_id, report."row", report.sheet)
    )
