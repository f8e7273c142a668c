-- The dates a period is judged by.
-- grain: period
-- parameters: plan_id, period_ids, as_of
-- uses: opened_periods
-- order: period_id
select
    period_id,
    window_end,
    unit_due_at,
    cut_off_at
from opened_periods
