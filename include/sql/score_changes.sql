-- What became of every score since the period before: both figures and their difference.
-- grain: level (indicator, index, unit_indicator, unit_index) × unit (null = district) × code
-- parameters: plan_id, period_id, period_ids, as_of
-- uses: opened_periods, unit_starts, period_figures
-- order: level, unit_position, position
-- period_ids are the period and the one before it. A difference is null where one of the two has no figure, or where the
-- code stood for another unit then.
with recoded as (
    select unit_starts.unit_code
    from unit_starts
    inner join opened_periods as period on period.period_id = :period_id and unit_starts.valid_from <= period.window_end
    inner join opened_periods as previous
        on previous.period_id <> :period_id and unit_starts.valid_from > previous.window_end
),

comparable as (
    select *
    from period_figures
    where period_id = :period_id or unit_code is null or unit_code not in (select unit_code from recoded)
),

beside as (
    select
        level,
        unit_code,
        code,
        max(case when period_id = :period_id then unit_position end) as unit_position,
        max(case when period_id = :period_id then position end) as position,
        max(case when period_id = :period_id then score end) as score,
        max(case when period_id <> :period_id then score end) as previous_score,
        max(case when period_id = :period_id then coverage_pct end) as coverage_pct,
        max(case when period_id <> :period_id then coverage_pct end) as previous_coverage_pct,
        max(case when period_id = :period_id then on_time_pct end) as on_time_pct,
        max(case when period_id <> :period_id then on_time_pct end) as previous_on_time_pct
    from comparable
    where level in ('indicator', 'index', 'unit_indicator', 'unit_index')
    group by level, unit_code, code
)

select
    beside.*,
    score - previous_score as score_change,
    coverage_pct - previous_coverage_pct as coverage_change,
    on_time_pct - previous_on_time_pct as on_time_change
from beside
where position is not null
