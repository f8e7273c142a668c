-- How far the units of a period are with each task: how many count, the sum of their progress and of its squares.
-- grain: task with an accepted row
-- parameters: plan_id, period_id, as_of
-- order: task_code
with newest as (
    select
        report.task_code,
        case
            when report.status = 'completed' then 100.0
            when report.status = 'in_progress' then coalesce(report.progress_pct, 0.0)
            when report.status = 'nil' then null
            else 0.0
        end as counted_pct,
        row_number() over (
            partition by report.unit_code, report.task_code
            order by report.received_at desc, report.recorded_at desc, report.submission_id desc, report."row" desc
        ) as newest_first
    from task_report as report
    where
        report.plan_id = :plan_id
        and report.period_id = :period_id
        and report.recorded_at <= :as_of
)

select
    task_code,
    count(counted_pct) as units,
    coalesce(sum(counted_pct), 0.0) as total,
    coalesce(sum(counted_pct * counted_pct), 0.0) as squares
from newest
where newest_first = 1
group by task_code
