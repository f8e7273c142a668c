-- What units last had accepted for each task before a period, in how many earlier periods, and by how much it used to rise.
-- grain: unit × task with an accepted row in an earlier period
-- parameters: plan_id, window_end, as_of, unit_codes
-- uses: standing_rows, newest_rows, unit_starts
-- order: unit_code, task_code
-- usual_rise is the mean change from period to period, in points.
with periods as (
    select distinct
        plan_id,
        period_id,
        window_end
    from reporting_period
    where plan_id = :plan_id and window_end < :window_end
),

steps as (
    select
        report.unit_code,
        report.task_code,
        report.period_id,
        report.counted_pct,
        abs(
            report.counted_pct
            - lag(report.counted_pct) over (
                partition by report.unit_code, report.task_code order by periods.window_end, report.period_id
            )
        ) as rise,
        row_number() over (
            partition by report.unit_code, report.task_code order by periods.window_end desc, report.period_id desc
        ) as latest_first
    from newest_rows as report
    inner join periods on report.plan_id = periods.plan_id and report.period_id = periods.period_id
    where
        report.plan_id = :plan_id
        and report.unit_code in :unit_codes
        and report.counted_pct is not null
        and not exists (
            select 1
            from unit_starts
            where
                unit_starts.unit_code = report.unit_code
                and unit_starts.valid_from > periods.window_end
                and unit_starts.valid_from <= :window_end
        )
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
