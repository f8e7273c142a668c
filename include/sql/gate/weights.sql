-- The weights under which a period is scored.
-- grain: indicator of the plan version that held at the moment
-- parameters: plan_id, period_ids, as_of
-- uses: opened_periods
-- order: indicator_position
select
    opened_periods.plan_sha256,
    indicator.index_code,
    indicator.indicator_code,
    indicator.position as indicator_position,
    indicator.weight
from opened_periods
inner join indicator on opened_periods.plan_sha256 = indicator.plan_sha256
