-- Who performs what under the plan version a period is scored by.
-- grain: task × performing body × role
-- parameters: plan_id, period_ids, as_of
-- uses: opened_periods
-- order: task_code, role, body_code
select
    task_body.task_code,
    task_body.role,
    task_body.body_code
from opened_periods
inner join task_body on opened_periods.plan_sha256 = task_body.plan_sha256
