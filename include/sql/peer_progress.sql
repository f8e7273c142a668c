-- How far the units of a period are with each task: how many count, the sum of their progress and of its squares.
-- grain: task with an accepted row
-- parameters: plan_id, period_id, as_of
-- uses: standing_rows, newest_rows
-- order: task_code
select
    task_code,
    count(counted_pct) as units,
    coalesce(sum(counted_pct), 0.0) as total,
    coalesce(sum(counted_pct * counted_pct), 0.0) as squares
from newest_rows
where plan_id = :plan_id and period_id = :period_id
group by task_code
