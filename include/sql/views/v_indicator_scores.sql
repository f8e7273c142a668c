-- How far the whole district is with each indicator: the mean over its units, beside their sums.
-- grain: plan × period × indicator
-- key: plan_id, period_id, indicator_code
-- parameters: none
-- uses: indicator_scores, opened_periods
-- column plan_id (text): Plan, like pci-pgi-2024.
-- column period_id (text): Reporting period, like 2024-11, 2024-Q4 or 2024.
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
    indicator_scores.plan_id,
    indicator_scores.period_id,
    indicator_scores.index_code,
    indicator_scores.indicator_code,
    indicator.title as indicator_title,
    indicator_scores.weight,
    indicator_scores.owed,
    indicator_scores.reported,
    indicator_scores.nil,
    indicator_scores.missing,
    indicator_scores.completed,
    indicator_scores.in_progress,
    indicator_scores.not_started,
    indicator_scores.on_time,
    indicator_scores.score,
    indicator_scores.coverage_pct,
    indicator_scores.on_time_pct
from indicator_scores
cross join opened_periods
cross join indicator
where
    opened_periods.plan_id = indicator_scores.plan_id
    and opened_periods.period_id = indicator_scores.period_id
    and indicator.plan_sha256 = opened_periods.plan_sha256
    and indicator.indicator_code = indicator_scores.indicator_code
