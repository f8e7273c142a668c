-- How far the district is with each indicator: the mean over its units, beside the sums of what they owe and reported.
-- grain: indicator
-- parameters: plan_id, period_id, plan_sha256, as_of, unit_due_at
-- uses: unit_indicator_scores
-- order: indicator_position
select
    indicator_code,
    indicator_position,
    index_code,
    weight,
    sum(owed) as owed,
    sum(reported) as reported,
    sum(nil) as nil,
    sum(missing) as missing,
    sum(completed) as completed,
    sum(in_progress) as in_progress,
    sum(not_started) as not_started,
    avg(score) as score,
    cast(sum(reported) as double precision) * 100 / nullif(sum(owed), 0) as coverage_pct,
    cast(sum(on_time) as double precision) * 100 / nullif(sum(owed), 0) as on_time_pct
from unit_indicator_scores
group by indicator_code, indicator_position, index_code, weight
