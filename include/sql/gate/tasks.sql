-- How often each unit and task of a period is an obligation, and how often it is counted: both must be once.
-- grain: unit × task that is obliged or counted
-- parameters: plan_id, period_ids, as_of
-- uses: opened_periods, counted_tasks
-- order: unit_code, task_code
-- in_version is 1 where the plan version that held at the moment knows unit and task; is_owed is the obligation's word,
-- indicator_code and counted_pct are what the task is counted under and as.
with both_sides as (
    select
        obligation.unit_code,
        obligation.task_code,
        1 as obligations,
        0 as times_counted,
        case when obligation.is_owed then 1 else 0 end as is_owed,
        cast(null as varchar(16)) as indicator_code,
        cast(null as double precision) as counted_pct,
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
        0 as is_owed,
        indicator_code,
        counted_pct,
        1 as in_version
    from counted_tasks
)

select
    unit_code,
    task_code,
    cast(sum(obligations) as integer) as obligations,
    cast(sum(times_counted) as integer) as times_counted,
    max(is_owed) as is_owed,
    max(indicator_code) as indicator_code,
    max(counted_pct) as counted_pct,
    max(in_version) as in_version
from both_sides
group by unit_code, task_code
