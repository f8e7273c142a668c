-- What a unit last reported of each task before a period: the newest accepted row of the latest earlier period that has one.
-- grain: task
-- parameters: plan_id, unit_code, window_end, as_of
-- uses: standing_rows, unit_starts
-- order: task_code
with earlier as (
    select
        report.*,
        submission.sha256,
        submission.file_name,
        submission.folder,
        row_number() over (
            partition by report.task_code
            order by
                period.window_end desc,
                report.received_at desc,
                report.recorded_at desc,
                report.submission_id desc,
                report."row" desc,
                report.sheet desc
        ) as newest_first
    from standing_rows as report
    inner join submission on report.submission_id = submission.submission_id
    inner join
        (select distinct plan_id, period_id, window_end from reporting_period) as period
        on report.plan_id = period.plan_id and report.period_id = period.period_id
    where
        report.plan_id = :plan_id
        and report.unit_code = :unit_code
        and period.window_end < :window_end
        and not exists (
            select 1
            from unit_starts
            where
                unit_starts.unit_code = report.unit_code
                and unit_starts.valid_from > period.window_end
                and unit_starts.valid_from <= :window_end
        )
)

select
    unit_code,
    task_code,
    1 as is_owed,
    status,
    progress_pct,
    result,
    evidence,
    completed_on,
    difficulty,
    proposal,
    note,
    submission_id,
    sha256,
    file_name,
    folder,
    received_at,
    sheet,
    "row",
    cells
from earlier
where newest_first = 1
