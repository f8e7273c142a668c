-- The periods asked for that were opened, each with the plan version and the dates that held at the moment.
-- grain: plan × period
-- parameters: plan_id, period_ids, as_of
-- order: window_end, period_id
-- What the first version says holds whenever somebody came to write it down: who owes what is the plan's word.
-- A reopened period ends when the newest reopening says.
with openings as (
    select
        reporting_period.*,
        row_number() over (partition by plan_id, period_id order by number desc) as newest_first
    from reporting_period
    where
        plan_id = :plan_id
        and period_id in :period_ids
        and (number = 0 or recorded_at <= :as_of)
),

reopenings as (
    select
        plan_id,
        period_id,
        until_at,
        row_number() over (partition by plan_id, period_id order by recorded_at desc, number desc) as newest_first
    from reopening
    where
        plan_id = :plan_id
        and period_id in :period_ids
        and recorded_at <= :as_of
)

select
    openings.plan_id,
    openings.period_id,
    openings.plan_sha256,
    openings.obligations_of,
    openings.window_start,
    openings.window_end,
    openings.unit_due_at,
    openings.cut_off_at,
    case when reopenings.until_at > openings.deadline_at then reopenings.until_at else openings.deadline_at end as deadline_at
from openings
left join reopenings
    on
        openings.plan_id = reopenings.plan_id
        and openings.period_id = reopenings.period_id
        and reopenings.newest_first = 1
where openings.newest_first = 1
