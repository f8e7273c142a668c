-- The figures that are about to be published.
-- grain: level × unit (null = district) × code
-- parameters: plan_id, period_ids, as_of
-- uses: period_figures
-- order: level, unit_position, position
select period_figures.*
from period_figures
