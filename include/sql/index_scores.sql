-- How far the district is with each index: the mean over its units.
-- grain: plan × period × index
-- parameters: plan_id, period_ids, as_of
-- uses: unit_index_scores
-- order: period_id, index_position
select
    plan_id,
    period_id,
    index_code,
    min(index_position) as index_position,
    cast(sum(owed) as integer) as owed,
    cast(sum(reported) as integer) as reported,
    cast(sum(nil) as integer) as nil,
    cast(sum(missing) as integer) as missing,
    cast(sum(completed) as integer) as completed,
    cast(sum(in_progress) as integer) as in_progress,
    cast(sum(not_started) as integer) as not_started,
    cast(sum(on_time) as integer) as on_time,
    avg(score) as score,
    cast(sum(reported) as double precision) * 100 / nullif(sum(owed), 0) as coverage_pct,
    cast(sum(on_time) as double precision) * 100 / nullif(sum(owed), 0) as on_time_pct
from unit_index_scores
group by index_code, period_id, plan_id
