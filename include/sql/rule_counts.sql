-- How every rule about task rows fared on every file of a plan.
-- grain: submission × rule of a suite
-- parameters: plan_id, since, as_of
select
    outcome.submission_id,
    outcome.number,
    outcome.suite,
    outcome.rule,
    outcome.severity,
    outcome.checked,
    outcome.failed,
    submission.unit_code,
    assessment.plan_id,
    assessment.period_id,
    period.window_end
from rule_outcome as outcome
inner join assessment on outcome.submission_id = assessment.submission_id
inner join submission on outcome.submission_id = submission.submission_id
inner join (select distinct plan_id, period_id, window_end from reporting_period) as period
    on assessment.plan_id = period.plan_id and assessment.period_id = period.period_id
where
    assessment.plan_id = :plan_id
    and outcome.recorded_at >= :since
    and outcome.recorded_at <= :as_of
