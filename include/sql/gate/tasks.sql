-- How often each unit and task of a period is an obligation, and how often it is counted: both must be once.
-- grain: unit × task that is obliged or counted
-- parameters: plan_id, period_ids, as_of
-- uses: opened_periods, counted_tasks
-- order: unit_code, task_code
-- in_version is 1 where the plan version that held at the moment knows unit and task.
with both_sides as (
    select
        obligation.unit_code,
        obligation.task_code,
        1 as obligations,
        0 as times_counted,
        case
            when
                exists (
                    select 1
                    from unit
                    where
                        unit.plan_sha256 = opened_periods.plan_sha256
                        and opened_periods.window_end between unit.valid_from and unit.valid_to
                        and unit.unit_code = obligation.unit_code
                )
                and exists (
                    select 1
                    from task
                    where task.plan_sha256 = opened_periods.plan_sha256 and task.task_code = obligation.task_code
                )
                then 1
            else 0
        end as in_version
    from obligation
    inner join opened_periods on obligation.period_id = opened_periods.period_id
    where
        obligation.plan_id = :plan_id
        and obligation.plan_sha256 = opened_periods.obligations_of
        and obligation.period_id in :period_ids
    union all
    select
        unit_code,
        task_code,
        0 as obligations,
        1 as times_counted,
        1 as in_version
    from counted_tasks
)

select
    unit_code,
    task_code,
    cast(sum(obligations) as integer) as obligations,
    cast(sum(times_counted) as integer) as times_counted,
    max(in_version) as in_version
from both_sides
group by unit_code, task_code
