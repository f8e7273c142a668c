-- The periods that were opened, with the dates and the plan version that hold.
-- grain: plan × period
-- key: plan_id, period_id
-- parameters: none
-- uses: opened_periods
-- column plan_id (text): Plan, like pci-pgi-2024.
-- column period_id (text): Reporting period, like 2024-11, 2024-Q4 or 2024.
-- column plan_title (text): Title of the plan.
-- column plan_sha256 (text): SHA-256 of the version of the plan file that holds for the period.
-- column window_start (date): First day of the data window.
-- column window_end (date): Last day of the data window.
-- column due_local (moment): When the units' reports are due.
-- column cut_off_local (moment): When the consolidated report is put together.
-- column deadline_local (moment): When the report has to be at the office, or the end of the newest reopening if that is later.
select
    opened_periods.plan_id,
    opened_periods.period_id,
    plan.title as plan_title,
    opened_periods.plan_sha256,
    opened_periods.window_start,
    opened_periods.window_end,
    local(opened_periods.unit_due_at) as due_local,
    local(opened_periods.cut_off_at) as cut_off_local,
    local(opened_periods.deadline_at) as deadline_local
from opened_periods
inner join plan on opened_periods.plan_id = plan.plan_id and opened_periods.plan_sha256 = plan.plan_sha256
