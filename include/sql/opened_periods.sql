-- The periods asked for that were open at the moment, each with the plan version and the dates that held then.
-- grain: period
-- parameters: plan_id, period_ids, as_of
-- order: window_end, period_id
with openings as (
    select
        reporting_period.*,
        row_number() over (partition by period_id order by recorded_at desc, plan_sha256 asc) as newest_first
    from reporting_period
    where
        plan_id = :plan_id
        and period_id in :period_ids
        and recorded_at <= :as_of
)

select
    period_id,
    plan_sha256,
    window_end,
    unit_due_at,
    cut_off_at,
    deadline_at
from openings
where newest_first = 1
