-- What the whole district owes and reported in a period, over all indicators.
-- grain: one row
-- parameters: plan_id, period_id, plan_sha256, as_of, unit_due_at
-- uses: unit_indicator_scores
-- score is null: tasks of different indices are not averaged.
select
    cast(coalesce(sum(owed), 0) as integer) as owed,
    cast(coalesce(sum(reported), 0) as integer) as reported,
    cast(coalesce(sum(nil), 0) as integer) as nil,
    cast(coalesce(sum(missing), 0) as integer) as missing,
    cast(coalesce(sum(completed), 0) as integer) as completed,
    cast(coalesce(sum(in_progress), 0) as integer) as in_progress,
    cast(coalesce(sum(not_started), 0) as integer) as not_started,
    cast(null as double precision) as score,
    cast(sum(reported) as double precision) * 100 / nullif(sum(owed), 0) as coverage_pct,
    cast(sum(on_time) as double precision) * 100 / nullif(sum(owed), 0) as on_time_pct
from unit_indicator_scores
