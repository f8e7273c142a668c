-- The row that counts for every unit and task of a period, with its text and the cells it came from.
-- grain: plan × period × unit × task with an obligation (owed or optional)
-- parameters: plan_id, period_ids, as_of
-- uses: counted_tasks
-- order: period_id, unit_position, task_position
select
    counted_tasks.plan_id,
    counted_tasks.period_id,
    counted_tasks.unit_code,
    counted_tasks.unit_position,
    counted_tasks.task_code,
    counted_tasks.task_position,
    counted_tasks.indicator_code,
    counted_tasks.is_owed,
    counted_tasks.status,
    counted_tasks.counted_pct,
    counted_tasks.is_on_time,
    report.progress_pct,
    report.result,
    report.evidence,
    report.completed_on,
    report.difficulty,
    report.proposal,
    report.note,
    report.submission_id,
    submission.sha256,
    submission.file_name,
    submission.folder,
    report.received_at,
    report.sheet,
    report."row",
    report.cells
from counted_tasks
left join task_report as report
    on
        report.plan_id = :plan_id
        and report.period_id in :period_ids
        and counted_tasks.submission_id = report.submission_id
        and counted_tasks.sheet = report.sheet
        and counted_tasks."row" = report."row"
left join submission on report.submission_id = submission.submission_id
