-- How far each unit is with each indicator: the mean of its owed tasks, with everything counted that stands behind it.
-- grain: unit × indicator with an obligation (owed or optional)
-- parameters: plan_id, period_id, plan_sha256, as_of, unit_due_at
-- uses: task_states
-- order: unit_position, indicator_position
-- Only owed tasks are counted. score is null where none is owed or every owed one is nil; coverage and on-time rate are
-- shares of the owed tasks, 0–100, null where none is owed.
with counted as (
    select
        unit_code,
        unit_position,
        indicator_code,
        indicator_position,
        index_code,
        weight,
        count(case when is_owed then 1 end) as owed,
        count(case when is_owed then status end) as reported,
        count(case when is_owed and status = 'nil' then 1 end) as nil,
        count(case when is_owed and status is null then 1 end) as missing,
        count(case when is_owed and status = 'completed' then 1 end) as completed,
        count(case when is_owed and status = 'in_progress' then 1 end) as in_progress,
        count(case when is_owed and status = 'not_started' then 1 end) as not_started,
        count(case when is_owed and first_received_at <= :unit_due_at then 1 end) as on_time,
        avg(case when is_owed then counted_pct end) as score
    from task_states
    group by unit_code, unit_position, indicator_code, indicator_position, index_code, weight
)

select
    counted.*,
    cast(reported as double precision) * 100 / nullif(owed, 0) as coverage_pct,
    cast(on_time as double precision) * 100 / nullif(owed, 0) as on_time_pct
from counted
