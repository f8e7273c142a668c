-- The figures of the last report of a period before this one, as they were published.
-- grain: level × unit (empty = district) × code
-- parameters: plan_id, period_ids, as_of
-- order: level, unit_code, code
with last_reports as (
    select
        plan_id,
        period_id,
        max(revision) as revision
    from report
    where plan_id = :plan_id and period_id in :period_ids and as_of < :as_of
    group by plan_id, period_id
)

select report_score.*
from report_score
inner join last_reports
    on
        report_score.plan_id = last_reports.plan_id
        and report_score.period_id = last_reports.period_id
        and report_score.revision = last_reports.revision
