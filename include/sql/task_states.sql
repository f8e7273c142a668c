-- The row that counts for every unit and task of a period: the newest accepted one known at the moment, or none.
-- grain: unit × task with an obligation (owed or optional)
-- parameters: plan_id, period_id, plan_sha256, as_of
-- order: unit_position, task_position
-- counted_pct is what the task adds to its indicator: completed 100, not started 0, nil nothing, missing 0 where owed.
with known as (
    select
        report.*,
        submission.sha256,
        submission.file_name,
        row_number() over (
            partition by report.unit_code, report.task_code
            order by report.received_at desc, report.recorded_at desc, report.submission_id desc, report."row" desc
        ) as newest_first,
        min(report.received_at) over (partition by report.unit_code, report.task_code) as first_received_at
    from task_report as report
    inner join submission on report.submission_id = submission.submission_id
    where
        report.plan_id = :plan_id
        and report.period_id = :period_id
        and report.recorded_at <= :as_of
),

owing as (
    select
        obligation.unit_code,
        obligation.task_code,
        obligation.is_owed,
        task.indicator_code,
        task.position as task_position,
        indicator.index_code,
        indicator.position as indicator_position,
        indicator.weight,
        unit.position as unit_position
    from obligation
    inner join task on obligation.task_code = task.task_code and task.plan_sha256 = :plan_sha256
    inner join indicator on task.indicator_code = indicator.indicator_code and indicator.plan_sha256 = :plan_sha256
    inner join unit on obligation.unit_code = unit.unit_code and unit.plan_sha256 = :plan_sha256
    where
        obligation.plan_id = :plan_id
        and obligation.period_id = :period_id
        and obligation.recorded_at <= :as_of
)

select
    owing.unit_code,
    owing.unit_position,
    owing.task_code,
    owing.task_position,
    owing.indicator_code,
    owing.indicator_position,
    owing.index_code,
    owing.weight,
    owing.is_owed,
    known.status,
    known.progress_pct,
    known.result,
    known.evidence,
    known.completed_on,
    known.difficulty,
    known.proposal,
    known.note,
    known.submission_id,
    known.sha256,
    known.file_name,
    known.received_at,
    known.first_received_at,
    known.sheet,
    known."row",
    known.cells,
    case
        when known.status = 'completed' then 100.0
        when known.status = 'in_progress' then coalesce(known.progress_pct, 0.0)
        when known.status = 'nil' then null
        else 0.0
    end as counted_pct
from owing
left join known
    on owing.unit_code = known.unit_code and owing.task_code = known.task_code and known.newest_first = 1
