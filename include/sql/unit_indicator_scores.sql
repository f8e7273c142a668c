-- How far each unit is with each indicator: the mean of its owed tasks, with everything counted that stands behind it.
-- grain: plan × period × unit × indicator with an obligation (owed or optional)
-- parameters: plan_id, period_ids, as_of
-- uses: opened_periods, counted_tasks
-- order: period_id, unit_position, indicator_position
-- Only owed tasks are counted. score is null where none is owed or every owed one is nil; coverage and on-time rate are
-- shares of the owed tasks, 0–100, null where none is owed.
with counted as (
    select
        plan_id,
        period_id,
        unit_code,
        min(unit_position) as unit_position,
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
    group by plan_id, period_id, unit_code, indicator_code
),

placed as (
    select
        counted.*,
        indicator.position as indicator_position,
        indicator.index_code,
        indicator.weight
    from counted
    inner join opened_periods on counted.plan_id = opened_periods.plan_id and counted.period_id = opened_periods.period_id
    inner join indicator
        on counted.indicator_code = indicator.indicator_code and opened_periods.plan_sha256 = indicator.plan_sha256
)

select
    placed.*,
    cast(reported as double precision) * 100 / nullif(owed, 0) as coverage_pct,
    cast(on_time as double precision) * 100 / nullif(owed, 0) as on_time_pct
from placed
