-- How many rows count for each unit of a period.
-- grain: unit with an obligation
-- parameters: plan_id, period_ids, as_of
-- uses: counted_tasks
-- order: unit_code
select
    unit_code,
    count(submission_id) as rows_counting
from counted_tasks
group by unit_code
