-- What each unit owes and reported in a period over all indicators, and whether it was in time.
-- missing: nothing it owes was accepted; late: something it owes was first accepted after the due moment; else on time.
-- grain: plan × period × unit with an obligation
-- parameters: plan_id, period_ids, as_of
-- uses: unit_index_scores
-- order: period_id, unit_position
-- score is null: tasks of different indices are not averaged.
select
    plan_id,
    period_id,
    unit_code,
    unit_position,
    cast(sum(owed) as integer) as owed,
    cast(sum(reported) as integer) as reported,
    cast(sum(nil) as integer) as nil,
    cast(sum(missing) as integer) as missing,
    cast(sum(completed) as integer) as completed,
    cast(sum(in_progress) as integer) as in_progress,
    cast(sum(not_started) as integer) as not_started,
    cast(sum(on_time) as integer) as on_time,
    cast(null as double precision) as score,
    cast(sum(reported) as double precision) * 100 / nullif(sum(owed), 0) as coverage_pct,
    cast(sum(on_time) as double precision) * 100 / nullif(sum(owed), 0) as on_time_pct,
    case
        when sum(reported) = 0 then 'missing'
        when sum(on_time) = sum(reported) then 'on_time'
        else 'late'
    end as timeliness
from unit_index_scores
group by unit_position, unit_code, period_id, plan_id
