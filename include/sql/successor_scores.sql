-- The figures of a period read under the units of a day: those of the units each is made of, together.
-- grain: plan × period × unit of the day × level (total, index, indicator) × code
-- parameters: plan_id, period_ids, as_of, on_day
-- uses: succession, unit_indicator_scores, unit_index_scores, unit_totals
-- order: period_id, successor_code, level, position
-- A score is the mean over the units it is made of, as the district's is; what they owe and reported is summed. A unit that was
-- split stands whole under each of its parts (splits counts them), so these sums must not be added up.
with figures as (
    select
        plan_id,
        period_id,
        unit_code,
        'index' as level,
        index_code as code,
        index_position as position,
        cast(null as double precision) as weight,
        owed,
        reported,
        nil,
        missing,
        completed,
        in_progress,
        not_started,
        on_time,
        score
    from unit_index_scores
    union all
    select
        plan_id,
        period_id,
        unit_code,
        'indicator' as level,
        indicator_code as code,
        indicator_position as position,
        weight,
        owed,
        reported,
        nil,
        missing,
        completed,
        in_progress,
        not_started,
        on_time,
        score
    from unit_indicator_scores
    union all
    select
        plan_id,
        period_id,
        unit_code,
        'total' as level,
        cast(null as varchar(16)) as code,
        0 as position,
        cast(null as double precision) as weight,
        owed,
        reported,
        nil,
        missing,
        completed,
        in_progress,
        not_started,
        on_time,
        score
    from unit_totals
)

select
    succession.plan_id,
    succession.period_id,
    succession.successor_code,
    max(succession.successor_name) as successor_name,
    figures.level,
    figures.code,
    min(figures.position) as position,
    min(figures.weight) as weight,
    cast(count(*) as integer) as units,
    cast(sum(case when succession.parts > 1 then 1 else 0 end) as integer) as splits,
    cast(sum(figures.owed) as integer) as owed,
    cast(sum(figures.reported) as integer) as reported,
    cast(sum(figures.nil) as integer) as nil,
    cast(sum(figures.missing) as integer) as missing,
    cast(sum(figures.completed) as integer) as completed,
    cast(sum(figures.in_progress) as integer) as in_progress,
    cast(sum(figures.not_started) as integer) as not_started,
    avg(figures.score) as score,
    cast(sum(figures.reported) as double precision) * 100 / nullif(sum(figures.owed), 0) as coverage_pct,
    cast(sum(figures.on_time) as double precision) * 100 / nullif(sum(figures.owed), 0) as on_time_pct
from succession
inner join figures
    on
        succession.plan_id = figures.plan_id
        and succession.period_id = figures.period_id
        and succession.unit_code = figures.unit_code
group by succession.plan_id, succession.period_id, succession.successor_code, figures.level, figures.code
