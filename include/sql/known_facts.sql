-- How many facts a report of a period rests on at a moment. Facts are only added: the same number means the same facts.
-- grain: one line
-- parameters: plan_id, period_id, as_of
with known as (
    select count(*) as facts
    from task_report
    where plan_id = :plan_id and period_id = :period_id and recorded_at <= :as_of
    union all
    select count(*) as facts
    from assessment
    where plan_id = :plan_id and period_id = :period_id and recorded_at <= :as_of
    union all
    select count(*) as facts
    from withdrawal
    inner join assessment on withdrawal.submission_id = assessment.submission_id
    where
        assessment.plan_id = :plan_id
        and assessment.period_id = :period_id
        and assessment.recorded_at <= :as_of
        and withdrawal.recorded_at <= :as_of
    union all
    select count(*) as facts
    from waiver
    where plan_id = :plan_id and period_id = :period_id and recorded_at <= :as_of
    union all
    select count(*) as facts
    from reopening
    where plan_id = :plan_id and period_id = :period_id and recorded_at <= :as_of
    union all
    select count(*) as facts
    from reporting_period
    where plan_id = :plan_id and period_id = :period_id and recorded_at <= :as_of
)

select cast(sum(facts) as integer) as facts
from known
