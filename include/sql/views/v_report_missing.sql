-- The owed tasks nobody answered, by name.
-- grain: plan × period × unit × task
-- key: plan_id, period_id, unit_code, task_code
-- parameters: none
-- uses: missing_tasks, opened_periods
-- column plan_id (text): Plan, like pci-pgi-2024.
-- column period_id (text): Reporting period, like 2024-11, 2024-Q4 or 2024.
-- column unit_code (text): Code of the unit (commune, ward or town) in the plan.
-- column unit_name (text): Name of the unit in the plan version that holds for the period.
-- column indicator_code (text): Code of the indicator, like PCI-03.
-- column task_code (text): Code of the task, like PCI-03.4.
-- column task_text (text): What is to be done, in the words of the plan.
-- column due_local (moment): When the answer was due.
select
    missing_tasks.plan_id,
    missing_tasks.period_id,
    missing_tasks.unit_code,
    unit.name as unit_name,
    task.indicator_code,
    missing_tasks.task_code,
    task.text as task_text,
    local(opened_periods.unit_due_at) as due_local
from missing_tasks
cross join opened_periods
cross join unit
cross join task
where
    opened_periods.plan_id = missing_tasks.plan_id
    and opened_periods.period_id = missing_tasks.period_id
    and unit.plan_sha256 = opened_periods.plan_sha256
    and opened_periods.window_end between unit.valid_from and unit.valid_to
    and unit.unit_code = missing_tasks.unit_code
    and task.plan_sha256 = opened_periods.plan_sha256
    and task.task_code = missing_tasks.task_code
