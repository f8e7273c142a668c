-- How every rule fared on every file of a period that is not withdrawn.
-- grain: submission × rule of a suite
-- parameters: plan_id, period_ids, as_of
-- order: submission_id, number
select
    outcome.submission_id,
    outcome.number,
    outcome.suite,
    outcome.rule,
    outcome.severity,
    outcome.checked,
    outcome.failed
from assessment
inner join rule_outcome as outcome on assessment.submission_id = outcome.submission_id
where
    assessment.plan_id = :plan_id
    and assessment.period_id in :period_ids
    and assessment.recorded_at <= :as_of
    and outcome.recorded_at <= :as_of
    and not exists (
        select 1
        from withdrawal
        where withdrawal.submission_id = assessment.submission_id and withdrawal.recorded_at <= :as_of
    )
