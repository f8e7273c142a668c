-- The files a unit sent for a period that are not withdrawn, and the verdict on the newest.
-- grain: plan × period × unit that sent a file
-- parameters: plan_id, period_ids, as_of
with filed as (
    select
        assessment.plan_id,
        assessment.period_id,
        submission.unit_code,
        submission.received_at,
        assessment.verdict,
        assessment.rows_accepted,
        row_number() over (
            partition by assessment.plan_id, assessment.period_id, submission.unit_code
            order by submission.received_at desc, submission.recorded_at desc, submission.submission_id desc
        ) as newest_first
    from assessment
    inner join submission on assessment.submission_id = submission.submission_id
    where
        assessment.plan_id = :plan_id
        and assessment.period_id in :period_ids
        and assessment.recorded_at <= :as_of
        and not exists (
            select 1
            from withdrawal
            where withdrawal.submission_id = assessment.submission_id and withdrawal.recorded_at <= :as_of
        )
)

select
    plan_id,
    period_id,
    unit_code,
    count(*) as files,
    min(case when rows_accepted > 0 then received_at end) as first_received_at,
    max(received_at) as last_received_at,
    max(case when newest_first = 1 then verdict end) as verdict
from filed
group by plan_id, period_id, unit_code
