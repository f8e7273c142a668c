-- What units last had accepted for each task before a period, in how many earlier periods, and by how much it used to rise.
-- grain: unit × task with an accepted row in an earlier period
-- parameters: plan_id, window_end, as_of, unit_codes
-- order: unit_code, task_code
-- counted_pct: completed 100, not started 0, nil none; usual_rise is the mean change from period to period, in points.
with periods as (
    select distinct
        plan_id,
        period_id,
        window_end
    from reporting_period
    where plan_id = :plan_id and window_end < :window_end
),

newest as (
    select
        report.unit_code,
        report.task_code,
        report.period_id,
        periods.window_end,
        case
            when report.status = 'completed' then 100.0
            when report.status = 'in_progress' then coalesce(report.progress_pct, 0.0)
            when report.status = 'nil' then null
            else 0.0
        end as counted_pct,
        row_number() over (
            partition by report.unit_code, report.task_code, report.period_id
            order by report.received_at desc, report.recorded_at desc, report.submission_id desc, report."row" desc
        ) as newest_first
    from task_report as report
    inner join periods on report.plan_id = periods.plan_id and report.period_id = periods.period_id
    where
        report.plan_id = :plan_id
        and report.unit_code in :unit_codes
        and report.recorded_at <= :as_of
),

steps as (
    select
        unit_code,
        task_code,
        period_id,
        counted_pct,
        abs(
            counted_pct - lag(counted_pct) over (partition by unit_code, task_code order by window_end, period_id)
        ) as rise,
        row_number() over (partition by unit_code, task_code order by window_end desc, period_id desc) as latest_first
    from newest
    where newest_first = 1 and counted_pct is not null
)

select
    unit_code,
    task_code,
    max(case when latest_first = 1 then period_id end) as period_id,
    max(case when latest_first = 1 then counted_pct end) as progress_pct,
    count(*) as periods,
    coalesce(avg(rise), 0.0) as usual_rise
from steps
group by unit_code, task_code
