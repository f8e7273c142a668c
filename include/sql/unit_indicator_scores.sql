-- How far each unit is with each indicator: the mean of its owed tasks, with everything counted that stands behind it.
-- grain: plan × period × unit × indicator with an obligation (owed or optional)
-- parameters: plan_id, period_ids, as_of
-- uses: opened_periods, counted_tasks
-- order: period_id, unit_position, indicator_position
-- Only owed tasks are counted. score is null where none is owed or every owed one is nil; coverage and on-time rate are
-- shares of the owed tasks, 0–100, null where none is owed.
-- Grouped by what differs first: rows are told apart by a number instead of by three texts.
-- The cross joins keep SQLite to this order: the figures first, their indicators looked up, not the other way round.
with counted as (
    select
        plan_id,
        period_id,
        unit_code,
        unit_position,
        indicator_code,
        count(case when is_owed then 1 end) as owed,
        count(case when is_owed then status end) as reported,
        count(case when is_owed and status = 'nil' then 1 end) as nil,
        count(case when is_owed and status is null then 1 end) as missing,
        count(case when is_owed and status = 'completed' then 1 end) as completed,
        count(case when is_owed and status = 'in_progress' then 1 end) as in_progress,
        count(case when is_owed and status = 'not_started' then 1 end) as not_started,
        count(case when is_owed and is_on_time = 1 then 1 end) as on_time,
        avg(case when is_owed then counted_pct end) as score
    from counted_tasks
    group by unit_position, indicator_code, unit_code, period_id, plan_id
)

select
    counted.*,
    indicator.position as indicator_position,
    indicator.index_code,
    indicator.weight,
    cast(reported as double precision) * 100 / nullif(owed, 0) as coverage_pct,
    cast(on_time as double precision) * 100 / nullif(owed, 0) as on_time_pct
from counted
cross join opened_periods
cross join indicator
where
    opened_periods.plan_id = counted.plan_id
    and opened_periods.period_id = counted.period_id
    and indicator.plan_sha256 = opened_periods.plan_sha256
    and indicator.indicator_code = counted.indicator_code
