-- How much became known of a period after one moment and up to another: rows that came and stand, rows withdrawn, plans adopted.
-- grain: one line
-- parameters: plan_id, period_id, since, as_of
select
    count(*) + (
        select count(*)
        from plan_adoption
        where
            plan_adoption.plan_id = :plan_id
            and plan_adoption.period_id = :period_id
            and plan_adoption.recorded_at > :since
            and plan_adoption.recorded_at <= :as_of
    ) as changes
from task_report as report
left join withdrawal on report.submission_id = withdrawal.submission_id
where
    report.plan_id = :plan_id
    and report.period_id = :period_id
    and report.recorded_at <= :as_of
    and (
        case
            when report.recorded_at > :since then withdrawal.recorded_at is null or withdrawal.recorded_at > :as_of
            else withdrawal.recorded_at > :since and withdrawal.recorded_at <= :as_of
        end
    )
