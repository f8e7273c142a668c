-- How far each unit is with each indicator: the mean of its owed tasks, with everything counted that stands behind it.
-- grain: unit × indicator with an owed task
-- parameters: plan_id, period_id, plan_sha256, as_of, unit_due_at
-- uses: task_states
-- order: unit_position, indicator_position
-- score is null where every owed task is nil; coverage and on-time rate are shares of the owed tasks, 0–100.
select
    unit_code,
    unit_position,
    indicator_code,
    indicator_position,
    index_code,
    weight,
    count(*) as owed,
    count(status) as reported,
    sum(case when status = 'nil' then 1 else 0 end) as nil,
    count(*) - count(status) as missing,
    sum(case when status = 'completed' then 1 else 0 end) as completed,
    sum(case when status = 'in_progress' then 1 else 0 end) as in_progress,
    sum(case when status = 'not_started' then 1 else 0 end) as not_started,
    sum(case when first_received_at <= :unit_due_at then 1 else 0 end) as on_time,
    avg(counted_pct) as score,
    cast(count(status) as double precision) * 100 / count(*) as coverage_pct,
    cast(sum(case when first_received_at <= :unit_due_at then 1 else 0 end) as double precision) * 100 / count(*) as on_time_pct
from task_states
where is_owed
group by unit_code, unit_position, indicator_code, indicator_position, index_code, weight
