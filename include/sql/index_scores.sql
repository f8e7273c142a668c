-- How far the district is with each index: the mean over its units.
-- grain: index
-- parameters: plan_id, period_id, plan_sha256, as_of, unit_due_at
-- uses: unit_index_scores
-- order: index_position
select
    index_code,
    min(index_position) as index_position,
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
from unit_index_scores
group by index_code
