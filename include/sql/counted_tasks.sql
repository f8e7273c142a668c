-- What counts for every unit and task of a period: the newest accepted row known at the moment, or none.
-- grain: plan × period × unit × task with an obligation (owed or optional)
-- parameters: plan_id, period_ids, as_of
-- uses: opened_periods, standing_rows, newest_rows
-- inlined: what adds these rows up reads each once, and a third of a million need not be written down before
-- postgresql: enable_nestloop = off
-- postgresql: work_mem = '64MB'
-- counted_pct is what the task adds to its indicator: that of its row, 0 where it has none.
-- Every row is found by a search of ix_task_report_counting: neither database ever meets the rows of other periods.
-- The cross joins keep SQLite to this order: unit by unit, so that only the units' places are searched beside the tasks.
select
    opened_periods.plan_id,
    opened_periods.period_id,
    opened_periods.plan_sha256,
    obligation.unit_code,
    unit.position as unit_position,
    obligation.task_code,
    task.position as task_position,
    task.indicator_code,
    obligation.is_owed,
    report.status,
    report.submission_id,
    report.sheet,
    report."row",
    case when report.submission_id is null then 0.0 else report.counted_pct end as counted_pct,
    case
        when report.submission_id is null then 0
        when report.received_at <= opened_periods.unit_due_at then 1
        when
            exists (
                select 1
                from standing_rows as earlier
                where
                    earlier.plan_id = obligation.plan_id
                    and earlier.period_id = obligation.period_id
                    and earlier.unit_code = obligation.unit_code
                    and earlier.task_code = obligation.task_code
                    and earlier.received_at <= opened_periods.unit_due_at
            )
            then 1
        else 0
    end as is_on_time
from opened_periods
cross join unit
cross join obligation
cross join task
left join newest_rows as report
    on
        obligation.plan_id = report.plan_id
        and obligation.period_id = report.period_id
        and obligation.unit_code = report.unit_code
        and obligation.task_code = report.task_code
where
    unit.plan_sha256 = opened_periods.plan_sha256
    and opened_periods.window_end between unit.valid_from and unit.valid_to
    and obligation.plan_id = :plan_id
    and obligation.plan_sha256 = opened_periods.obligations_of
    and obligation.period_id in :period_ids
    and obligation.plan_id = opened_periods.plan_id
    and obligation.period_id = opened_periods.period_id
    and obligation.unit_code = unit.unit_code
    and task.plan_sha256 = opened_periods.plan_sha256
    and task.task_code = obligation.task_code
