-- The accepted rows known at the moment, without those of files withdrawn by then. Whatever counts, counts from these.
-- grain: accepted row of a submission
-- parameters: plan_id, as_of
-- inlined: every statement that uses it searches the index for the rows it wants, instead of all of them being fetched first
select report.*
from task_report as report
where
    report.plan_id = :plan_id
    and report.recorded_at <= :as_of
    and not exists (
        select 1
        from withdrawal
        where withdrawal.submission_id = report.submission_id and withdrawal.recorded_at <= :as_of
    )
