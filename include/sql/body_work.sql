-- What each performing body has to do in a period and how far it is, as leading and as coordinating body separately.
-- grain: period × body × role (lead, coordinating)
-- parameters: plan_id, period_ids, as_of
-- uses: counted_tasks
-- order: period_id, body_position, role desc
-- Only owed tasks are counted; score is the mean of what they count, as in an indicator.
select
    counted_tasks.period_id,
    task_body.body_code,
    min(body.position) as body_position,
    min(body.name) as body_name,
    task_body.role,
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
inner join task_body
    on counted_tasks.task_code = task_body.task_code and counted_tasks.plan_sha256 = task_body.plan_sha256
inner join body
    on task_body.body_code = body.body_code and counted_tasks.plan_sha256 = body.plan_sha256
group by counted_tasks.period_id, task_body.body_code, task_body.role
