-- How far each unit is with each index: the mean of its indicators by their weights.
-- grain: plan × period × unit × index
-- parameters: plan_id, period_ids, as_of
-- uses: unit_indicator_scores
-- order: period_id, unit_position, index_position
-- An indicator without a score (nothing owed, or all nil) takes its weight out of the mean with it.
select
    plan_id,
    period_id,
    unit_code,
    unit_position,
    index_code,
    min(indicator_position) as index_position,
    cast(sum(owed) as integer) as owed,
    cast(sum(reported) as integer) as reported,
    cast(sum(nil) as integer) as nil,
    cast(sum(missing) as integer) as missing,
    cast(sum(completed) as integer) as completed,
    cast(sum(in_progress) as integer) as in_progress,
    cast(sum(not_started) as integer) as not_started,
    cast(sum(on_time) as integer) as on_time,
    sum(score * weight) / nullif(sum(case when score is not null then weight end), 0) as score,
    cast(sum(reported) as double precision) * 100 / nullif(sum(owed), 0) as coverage_pct,
    cast(sum(on_time) as double precision) * 100 / nullif(sum(owed), 0) as on_time_pct
from unit_indicator_scores
group by unit_position, index_code, unit_code, period_id, plan_id
