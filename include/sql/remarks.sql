-- The difficulties and proposals of a period, each with the unit, task and cell it came from.
-- grain: period × unit × task whose counting row states a difficulty or a proposal
-- parameters: plan_id, period_ids, as_of
-- uses: task_states
-- order: period_id, indicator_code, task_position, unit_position
select
    period_id,
    indicator_code,
    unit_code,
    unit_position,
    task_code,
    task_position,
    difficulty,
    proposal,
    submission_id,
    sha256,
    file_name,
    sheet,
    "row",
    cells
from task_states
where difficulty <> '' or proposal <> ''
