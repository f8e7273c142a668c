-- How far the whole district is with each index: the mean over its units, beside their sums.
-- grain: plan × period × index
-- key: plan_id, period_id, index_code
-- parameters: none
-- uses: index_scores
-- column plan_id (text): Plan, like pci-pgi-2024.
-- column period_id (text): Reporting period, like 2024-11, 2024-Q4 or 2024.
-- column index_code (text): Code of the index, like PCI.
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
    index_scores.plan_id,
    index_scores.period_id,
    index_scores.index_code,
    index_scores.owed,
    index_scores.reported,
    index_scores.nil,
    index_scores.missing,
    index_scores.completed,
    index_scores.in_progress,
    index_scores.not_started,
    index_scores.on_time,
    index_scores.score,
    index_scores.coverage_pct,
    index_scores.on_time_pct
from index_scores
