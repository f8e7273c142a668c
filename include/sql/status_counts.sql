-- In how many units each task of a period stands at each status.
-- grain: period × task with an obligation
-- parameters: plan_id, period_ids, as_of
-- uses: counted_tasks
-- order: period_id, task_position
-- Only owed tasks are counted.
select
    counted_tasks.period_id,
    counted_tasks.task_code,
    min(task.position) as task_position,
    counted_tasks.indicator_code,
    count(case when is_owed then 1 end) as owed,
    count(case when is_owed then status end) as reported,
    count(case when is_owed and status = 'nil' then 1 end) as nil,
    count(case when is_owed and status is null then 1 end) as missing,
    count(case when is_owed and status = 'completed' then 1 end) as completed,
    count(case when is_owed and status = 'in_progress' then 1 end) as in_progress,
    count(case when is_owed and status = 'not_started' then 1 end) as not_started,
    avg(case when is_owed then counted_pct end) as score,
    cast(count(case when is_owed then status end) as double precision) * 100
    / nullif(count(case when is_owed then 1 end), 0) as coverage_pct,
    cast(count(case when is_owed and is_on_time = 1 then 1 end) as double precision) * 100
    / nullif(count(case when is_owed then 1 end), 0) as on_time_pct
from counted_tasks
inner join task
    on counted_tasks.task_code = task.task_code and counted_tasks.plan_sha256 = task.plan_sha256
inner join unit
    on counted_tasks.unit_code = unit.unit_code and counted_tasks.plan_sha256 = unit.plan_sha256
group by counted_tasks.period_id, counted_tasks.task_code, counted_tasks.indicator_code
