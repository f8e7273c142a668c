-- In how many units each task of a period stands at each status.
-- grain: period × task with an obligation
-- parameters: plan_id, period_ids, as_of
-- uses: counted_tasks
-- order: period_id, task_position
-- Only owed tasks are counted.
select
    period_id,
    task_code,
    min(task_position) as task_position,
    indicator_code,
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
group by period_id, task_code, indicator_code
