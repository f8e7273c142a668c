-- Whether what is kept of a file still has the arrival it belongs to, and says the same unit and moment.
-- grain: submission × kind of fact (row, assessment, finding, judged)
-- parameters: plan_id, period_ids, as_of
-- uses: opened_periods
-- order: kind, submission_id
-- judged: files that came since the period began and were held against rules; has_submission is 1 where the verdict is kept.
select
    'row' as kind,
    report.submission_id,
    min(report.unit_code) as unit_code,
    count(*) as facts,
    count(
        case when report.unit_code <> submission.unit_code or report.received_at <> submission.received_at then 1 end
    ) as facts_differing,
    max(case when submission.submission_id is null then 0 else 1 end) as has_submission
from task_report as report
left join submission on report.submission_id = submission.submission_id
where report.plan_id = :plan_id and report.period_id in :period_ids and report.recorded_at <= :as_of
group by report.submission_id
union all
select
    'assessment' as kind,
    assessment.submission_id,
    min(submission.unit_code) as unit_code,
    count(*) as facts,
    0 as facts_differing,
    max(case when submission.submission_id is null then 0 else 1 end) as has_submission
from assessment
left join submission on assessment.submission_id = submission.submission_id
where assessment.plan_id = :plan_id and assessment.period_id in :period_ids and assessment.recorded_at <= :as_of
group by assessment.submission_id
union all
select
    'finding' as kind,
    finding.submission_id,
    min(submission.unit_code) as unit_code,
    count(*) as facts,
    0 as facts_differing,
    max(case when submission.submission_id is null then 0 else 1 end) as has_submission
from assessment
inner join finding on assessment.submission_id = finding.submission_id
left join submission on finding.submission_id = submission.submission_id
where assessment.plan_id = :plan_id and assessment.period_id in :period_ids and assessment.recorded_at <= :as_of
group by finding.submission_id
union
-- One that belongs to no file at all belongs to no period either: every report is stopped by it.
select
    'finding' as kind,
    finding.submission_id,
    cast(null as varchar(16)) as unit_code,
    count(*) as facts,
    0 as facts_differing,
    0 as has_submission
from finding
where
    finding.recorded_at <= :as_of
    and not exists (select 1 from submission where submission.submission_id = finding.submission_id)
group by finding.submission_id
union all
select
    'judged' as kind,
    submission.submission_id,
    submission.unit_code,
    1 as facts,
    0 as facts_differing,
    case when assessment.submission_id is null then 0 else 1 end as has_submission
from opened_periods
inner join submission on submission.received_at >= opened_periods.window_start
left join assessment on submission.submission_id = assessment.submission_id
where
    submission.recorded_at <= :as_of
    and exists (
        select 1
        from rule_outcome
        where rule_outcome.submission_id = submission.submission_id and rule_outcome.recorded_at <= :as_of
    )
