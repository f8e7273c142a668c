-- What was found on single rows of a period's files, and the waiver that left it without consequences.
-- grain: finding that names a row or a cell, of a file that is not withdrawn
-- parameters: plan_id, period_ids, as_of
-- order: submission_id, number
-- A waiver holds for a finding if it was the newest one known when the file was judged and had not ended when it came.
with found as (
    select
        finding.submission_id,
        finding.number,
        finding.sheet,
        finding."row",
        finding.cell,
        finding.code,
        finding.severity,
        finding.message,
        finding.task,
        submission.unit_code,
        submission.file_name,
        waiver.who,
        waiver.reason,
        waiver.until_at,
        submission.received_at,
        row_number() over (
            partition by finding.submission_id, finding.number order by waiver.recorded_at desc, waiver.number desc
        ) as newest_first
    from assessment
    inner join submission on assessment.submission_id = submission.submission_id
    inner join finding on assessment.submission_id = finding.submission_id
    left join waiver
        on
            assessment.plan_id = waiver.plan_id
            and assessment.period_id = waiver.period_id
            and submission.unit_code = waiver.unit_code
            and finding.code = waiver.rule
            and finding.severity = 'info'
            and finding.recorded_at >= waiver.recorded_at
    where
        assessment.plan_id = :plan_id
        and assessment.period_id in :period_ids
        and assessment.recorded_at <= :as_of
        and finding.recorded_at <= :as_of
        and (finding."row" is not null or finding.cell is not null)
        and not exists (
            select 1
            from withdrawal
            where withdrawal.submission_id = assessment.submission_id and withdrawal.recorded_at <= :as_of
        )
)

select
    submission_id,
    number,
    sheet,
    "row",
    cell,
    code,
    severity,
    message,
    task,
    unit_code,
    file_name,
    case when until_at >= received_at then who end as waived_by,
    case when until_at >= received_at then reason end as waived_because,
    until_at
from found
where newest_first = 1
