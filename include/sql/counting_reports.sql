-- The row that counts for each task of some units in a period so far, with the file it came in.
-- grain: unit × task with an accepted row
-- parameters: plan_id, period_id, as_of, unit_codes
-- order: unit_code, task_code
with newest as (
    select
        report.*,
        submission.file_name,
        submission.sha256,
        row_number() over (
            partition by report.unit_code, report.task_code
            order by report.received_at desc, report.recorded_at desc, report.submission_id desc, report."row" desc
        ) as newest_first
    from task_report as report
    inner join submission on report.submission_id = submission.submission_id
    where
        report.plan_id = :plan_id
        and report.period_id = :period_id
        and report.unit_code in :unit_codes
        and report.recorded_at <= :as_of
)

select
    unit_code,
    task_code,
    status,
    progress_pct,
    result,
    file_name,
    sha256,
    received_at,
    case
        when status = 'completed' then 100.0
        when status = 'in_progress' then coalesce(progress_pct, 0.0)
        when status = 'nil' then null
        else 0.0
    end as counted_pct
from newest
where newest_first = 1
