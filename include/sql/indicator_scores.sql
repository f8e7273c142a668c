-- How far the district is with each indicator: the mean over its units, beside the sums of what they owe and reported.
-- grain: plan × period × indicator
-- parameters: plan_id, period_ids, as_of
-- uses: unit_indicator_scores
-- order: period_id, indicator_position
select
    plan_id,
    period_id,
    indicator_code,
    indicator_position,
    min(index_code) as index_code,
    min(weight) as weight,
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
from unit_indicator_scores
group by indicator_position, indicator_code, period_id, plan_id
