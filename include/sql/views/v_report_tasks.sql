-- What counts for every unit and task of a period, with what was said and the file, sheet and row it came from.
-- grain: plan × period × unit × task with an obligation (owed or optional)
-- key: plan_id, period_id, unit_code, task_code
-- parameters: none
-- uses: task_states, opened_periods
-- column plan_id (text): Plan, like pci-pgi-2024.
-- column period_id (text): Reporting period, like 2024-11, 2024-Q4 or 2024.
-- column unit_code (text): Code of the unit (commune, ward or town) in the plan.
-- column unit_name (text): Name of the unit in the plan version that holds for the period.
-- column index_code (text): Code of the index, like PCI.
-- column indicator_code (text): Code of the indicator, like PCI-03.
-- column indicator_title (text): Title of the indicator.
-- column task_code (text): Code of the task, like PCI-03.4.
-- column task_text (text): What is to be done, in the words of the plan.
-- column is_owed (flag): 1 if the task has to be reported in the period, 0 if it may be.
-- column status (text): completed, in_progress, not_started or nil as reported; missing: owed and not answered; not_owed: optional and not answered.
-- column progress_pct (number): Progress as reported, 0–100.
-- column counted_pct (number): What an owed task adds to its indicator: completed 100, not started or missing 0, nil nothing (empty).
-- column is_on_time (flag): 1 if the task was first answered by the due moment.
-- column result (text): Result, as reported.
-- column evidence (text): Number and symbol of the document or product, as reported.
-- column completed_on (date): Day of completion, as reported.
-- column difficulty (text): Difficulty, as reported.
-- column proposal (text): Proposal, as reported.
-- column note (text): Note, as reported.
-- column received_local (moment): When the file came that the answer is from.
-- column submission_id (text): Key of the file.
-- column file_name (text): Name under which the file was dropped.
-- column sheet (text): Sheet of the file.
-- column sheet_row (integer): Row of the sheet.
-- column sha256 (text): SHA-256 of the file; its bytes are in the archive under it.
select
    task_states.plan_id,
    task_states.period_id,
    task_states.unit_code,
    unit.name as unit_name,
    indicator.index_code,
    task_states.indicator_code,
    indicator.title as indicator_title,
    task_states.task_code,
    task.text as task_text,
    case when task_states.is_owed then 1 else 0 end as is_owed,
    coalesce(task_states.status, case when task_states.is_owed then 'missing' else 'not_owed' end) as status,
    task_states.progress_pct,
    task_states.counted_pct,
    task_states.is_on_time,
    task_states.result,
    task_states.evidence,
    task_states.completed_on,
    task_states.difficulty,
    task_states.proposal,
    task_states.note,
    local(task_states.received_at) as received_local,
    task_states.submission_id,
    task_states.file_name,
    task_states.sheet,
    task_states."row" as sheet_row,
    task_states.sha256
from task_states
cross join opened_periods
cross join unit
cross join task
cross join indicator
where
    opened_periods.plan_id = task_states.plan_id
    and opened_periods.period_id = task_states.period_id
    and unit.plan_sha256 = opened_periods.plan_sha256
    and opened_periods.window_end between unit.valid_from and unit.valid_to
    and unit.unit_code = task_states.unit_code
    and task.plan_sha256 = opened_periods.plan_sha256
    and task.task_code = task_states.task_code
    and indicator.plan_sha256 = opened_periods.plan_sha256
    and indicator.indicator_code = task_states.indicator_code
