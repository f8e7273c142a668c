-- The periods asked for of which something was known at the moment: they were opened by then, or a file was judged.
-- grain: plan × period
-- parameters: plan_id, period_ids, as_of
-- order: window_end, period_id
select
    plan_id,
    period_id,
    window_end
from reporting_period
where
    plan_id = :plan_id
    and period_id in :period_ids
    and number = 0
    and (
        recorded_at <= :as_of
        or exists (
            select 1
            from assessment
            where
                assessment.plan_id = reporting_period.plan_id
                and assessment.period_id = reporting_period.period_id
                and assessment.recorded_at <= :as_of
        )
    )
