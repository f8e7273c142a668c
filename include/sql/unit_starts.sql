-- The days on which a code came to stand for another unit: what was reported under it before was another unit's.
-- grain: unit code × day
-- parameters: plan_id, as_of
select distinct
    unit.unit_code,
    unit.valid_from
from unit
inner join plan on unit.plan_sha256 = plan.plan_sha256
where plan.plan_id = :plan_id and plan.recorded_at <= :as_of and unit.valid_from > '0001-01-01'
