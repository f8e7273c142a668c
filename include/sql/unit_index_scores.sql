-- How far each unit is with each index: the mean of its indicators by their weights.
-- grain: unit × index
-- parameters: plan_id, period_id, plan_sha256, as_of, unit_due_at
-- uses: unit_indicator_scores
-- order: unit_position, index_position
-- An indicator without a score (nothing owed, or all nil) takes its weight out of the mean with it.
select
    unit_code,
    unit_position,
    index_code,
    min(indicator_position) as index_position,
    sum(owed) as owed,
    sum(reported) as reported,
    sum(nil) as nil,
    sum(missing) as missing,
    sum(completed) as completed,
    sum(in_progress) as in_progress,
    sum(not_started) as not_started,
    sum(on_time) as on_time,
    sum(score * weight) / nullif(sum(case when score is not null then weight end), 0) as score,
    cast(sum(reported) as double precision) * 100 / nullif(sum(owed), 0) as coverage_pct,
    cast(sum(on_time) as double precision) * 100 / nullif(sum(owed), 0) as on_time_pct
from unit_indicator_scores
group by unit_code, unit_position, index_code
