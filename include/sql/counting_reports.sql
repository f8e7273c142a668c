-- The row that counts for each task of some units in a period so far, with the file it came in.
-- grain: unit × task with an accepted row
-- parameters: plan_id, period_id, as_of, unit_codes
-- uses: standing_rows, newest_rows
-- order: unit_code, task_code
select
    report.unit_code,
    report.task_code,
    report.status,
    report.progress_pct,
    report.counted_pct,
    report.result,
    submission.file_name,
    submission.sha256,
    report.received_at
from newest_rows as report
inner join submission on report.submission_id = submission.submission_id
where
    report.plan_id = :plan_id
    and report.period_id = :period_id
    and report.unit_code in :unit_codes
