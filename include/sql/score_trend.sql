-- How scores, coverage and on-time rate went over the periods of a plan, for the district and each unit.
-- grain: period × level (index, total, unit_index, unit_total) × unit (null = district) × index
-- parameters: plan_id, period_ids, as_of
-- uses: opened_periods, period_figures
-- order: window_end, period_id, level, unit_position, position
select
    period_figures.*,
    opened_periods.window_end
from period_figures
inner join opened_periods on period_figures.period_id = opened_periods.period_id
where period_figures.level in ('index', 'total', 'unit_index', 'unit_total')
