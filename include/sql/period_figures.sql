-- All figures of a period in one answer, so that what stands behind them is counted once.
-- grain: period × level × unit (null = district) × code; level is indicator, index, total, and unit_ before it for a unit's
-- parameters: plan_id, period_ids, as_of
-- uses: unit_indicator_scores, unit_index_scores, indicator_scores, index_scores, unit_totals, period_totals
select
    'indicator' as level,
    period_id,
    cast(null as varchar(16)) as unit_code,
    -1 as unit_position,
    indicator_code as code,
    indicator_position as position,
    weight,
    cast(null as varchar(16)) as timeliness,
    owed,
    reported,
    nil,
    missing,
    completed,
    in_progress,
    not_started,
    score,
    coverage_pct,
    on_time_pct
from indicator_scores

union all

select
    'unit_indicator' as level,
    period_id,
    unit_code,
    unit_position,
    indicator_code as code,
    indicator_position as position,
    weight,
    cast(null as varchar(16)) as timeliness,
    owed,
    reported,
    nil,
    missing,
    completed,
    in_progress,
    not_started,
    score,
    coverage_pct,
    on_time_pct
from unit_indicator_scores

union all

select
    'index' as level,
    period_id,
    cast(null as varchar(16)) as unit_code,
    -1 as unit_position,
    index_code as code,
    index_position as position,
    cast(null as double precision) as weight,
    cast(null as varchar(16)) as timeliness,
    owed,
    reported,
    nil,
    missing,
    completed,
    in_progress,
    not_started,
    score,
    coverage_pct,
    on_time_pct
from index_scores

union all

select
    'unit_index' as level,
    period_id,
    unit_code,
    unit_position,
    index_code as code,
    index_position as position,
    cast(null as double precision) as weight,
    cast(null as varchar(16)) as timeliness,
    owed,
    reported,
    nil,
    missing,
    completed,
    in_progress,
    not_started,
    score,
    coverage_pct,
    on_time_pct
from unit_index_scores

union all

select
    'total' as level,
    period_id,
    cast(null as varchar(16)) as unit_code,
    -1 as unit_position,
    cast(null as varchar(16)) as code,
    0 as position,
    cast(null as double precision) as weight,
    cast(null as varchar(16)) as timeliness,
    owed,
    reported,
    nil,
    missing,
    completed,
    in_progress,
    not_started,
    score,
    coverage_pct,
    on_time_pct
from period_totals

union all

select
    'unit_total' as level,
    period_id,
    unit_code,
    unit_position,
    cast(null as varchar(16)) as code,
    0 as position,
    cast(null as double precision) as weight,
    timeliness,
    owed,
    reported,
    nil,
    missing,
    completed,
    in_progress,
    not_started,
    score,
    coverage_pct,
    on_time_pct
from unit_totals
