-- How far each unit is with each indicator: the mean of its owed tasks.
-- grain: plan × period × unit × indicator
-- key: plan_id, period_id, unit_code, indicator_code
-- parameters: none
-- uses: unit_indicator_scores, opened_periods
-- column plan_id (text): Plan, like pci-pgi-2024.
-- column period_id (text): Reporting period, like 2024-11, 2024-Q4 or 2024.
-- column unit_code (text): Code of the unit (commune, ward or town) in the plan.
-- column unit_name (text): Name of the unit in the plan version that holds for the period.
-- column index_code (text): Code of the index, like PCI.
-- column indicator_code (text): Code of the indicator, like PCI-03.
-- column indicator_title (text): Title of the indicator.
-- column weight (number): Weight of the indicator within its index.
-- column owed (integer): Tasks owed.
-- column reported (integer): Owed tasks that were answered, nil included.
-- column nil (integer): Owed tasks answered with: nothing occurred.
-- column missing (integer): Owed tasks nobody answered: owed − reported.
-- column completed (integer): Owed tasks that are completed.
-- column in_progress (integer): Owed tasks that are in progress.
-- column not_started (integer): Owed tasks that are not started.
-- column on_time (integer): Owed tasks first answered by the due moment.
-- column score (number): Implementation score of the plan, 0–100; empty where nothing counts. Not a PCI or PGI score.
-- column coverage_pct (number): Reported in percent of owed; empty where nothing is owed.
-- column on_time_pct (number): Answered on time in percent of owed; empty where nothing is owed.
select
    unit_indicator_scores.plan_id,
    unit_indicator_scores.period_id,
    unit_indicator_scores.unit_code,
    unit.name as unit_name,
    unit_indicator_scores.index_code,
    unit_indicator_scores.indicator_code,
    indicator.title as indicator_title,
    unit_indicator_scores.weight,
    unit_indicator_scores.owed,
    unit_indicator_scores.reported,
    unit_indicator_scores.nil,
    unit_indicator_scores.missing,
    unit_indicator_scores.completed,
    unit_indicator_scores.in_progress,
    unit_indicator_scores.not_started,
    unit_indicator_scores.on_time,
    unit_indicator_scores.score,
    unit_indicator_scores.coverage_pct,
    unit_indicator_scores.on_time_pct
from unit_indicator_scores
cross join opened_periods
cross join unit
cross join indicator
where
    opened_periods.plan_id = unit_indicator_scores.plan_id
    and opened_periods.period_id = unit_indicator_scores.period_id
    and unit.plan_sha256 = opened_periods.plan_sha256
    and opened_periods.window_end between unit.valid_from and unit.valid_to
    and unit.unit_code = unit_indicator_scores.unit_code
    and indicator.plan_sha256 = opened_periods.plan_sha256
    and indicator.indicator_code = unit_indicator_scores.indicator_code
