-- The figures of every period under the units there are by now: merged, split and renamed units as what they became.
-- grain: plan × period × unit of now × level × index or indicator
-- key: plan_id, period_id, successor_code, level, code
-- parameters: none
-- uses: successor_scores
-- column plan_id (text): Plan, like pci-pgi-2024.
-- column period_id (text): Reporting period, like 2024-11, 2024-Q4 or 2024.
-- column successor_code (text): Code of the unit the figures are read under; of the reporting unit where nothing followed it.
-- column successor_name (text): Kind and name of that unit; empty where no plan names it.
-- column level (text): index or indicator.
-- column code (text): Code of the index or indicator, like PCI or PCI-03.
-- column units (integer): Units of the period it is made of.
-- column splits (integer): Those of them that were split and stand whole under other units too; such sums must not be added up.
-- column owed (integer): Tasks owed.
-- column reported (integer): Owed tasks that were answered, nil included.
-- column nil (integer): Owed tasks answered with: nothing occurred.
-- column missing (integer): Owed tasks nobody answered: owed − reported.
-- column completed (integer): Owed tasks that are completed.
-- column in_progress (integer): Owed tasks that are in progress.
-- column not_started (integer): Owed tasks that are not started.
-- column score (number): Implementation score of the plan, 0–100; empty where nothing counts. Not a PCI or PGI score.
-- column coverage_pct (number): Reported in percent of owed; empty where nothing is owed.
-- column on_time_pct (number): Answered on time in percent of owed; empty where nothing is owed.
select
    plan_id,
    period_id,
    successor_code,
    successor_name,
    level,
    code,
    units,
    splits,
    owed,
    reported,
    nil,
    missing,
    completed,
    in_progress,
    not_started,
    score,
    coverage_pct,
    on_time_pct
from successor_scores
where level <> 'total'
