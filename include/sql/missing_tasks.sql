-- The owed tasks some units did not answer: without a single accepted row that stands at the moment.
-- grain: plan × period × unit × task
-- parameters: plan_id, period_ids, as_of, unit_codes
-- uses: opened_periods, standing_rows
-- postgresql: enable_nestloop = off
-- order: period_id, unit_code, task_position
select
    obligation.plan_id,
    obligation.period_id,
    obligation.unit_code,
    obligation.task_code,
    task.position as task_position
from obligation
inner join opened_periods
    on obligation.plan_id = opened_periods.plan_id and obligation.period_id = opened_periods.period_id
inner join task on obligation.task_code = task.task_code and opened_periods.plan_sha256 = task.plan_sha256
where
    obligation.plan_id = :plan_id
    and obligation.plan_sha256 = opened_periods.obligations_of
    and obligation.period_id in :period_ids
    and obligation.unit_code in :unit_codes
    and obligation.is_owed
    and not exists (
        select 1
        from standing_rows as report
        where
            report.plan_id = obligation.plan_id
            and report.period_id = obligation.period_id
            and report.unit_code = obligation.unit_code
            and report.task_code = obligation.task_code
    )
