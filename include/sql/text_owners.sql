-- The units that have an accepted row with one of some texts in a period.
-- grain: text × unit
-- parameters: plan_id, period_id, as_of, text_keys
-- uses: standing_rows
-- order: first_received_at, unit_code
select
    text_key,
    unit_code,
    min(received_at) as first_received_at
from standing_rows
where plan_id = :plan_id and period_id = :period_id and text_key in :text_keys
group by text_key, unit_code
