-- What became of the accepted rows of every file: stored, then counting, displaced by a newer row, withdrawn or dropped.
-- grain: submission with an assessment or a row in the period
-- parameters: plan_id, period_ids, as_of
-- uses: opened_periods, standing_rows, counted_tasks
-- order: submission_id
-- withdrawn: with its file, by a person; dropped: the plan version that held at the moment no longer asks its unit for its task.
-- doubled: displaced within its own file, which has two rows for one task.
-- A row asked for by an earlier version only is dropped; one that no version asked for has lost its obligation, and one about a
-- unit or task no version of any plan knows is nobody's.
with obliged as (
    select
        report.*,
        exists (
            select 1
            from obligation
            where
                obligation.plan_id = report.plan_id
                and obligation.period_id = report.period_id
                and obligation.unit_code = report.unit_code
                and obligation.task_code = report.task_code
                and obligation.plan_sha256 = opened_periods.obligations_of
        ) as is_obliged,
        exists (
            select 1
            from obligation
            where
                obligation.plan_id = report.plan_id
                and obligation.period_id = report.period_id
                and obligation.unit_code = report.unit_code
                and obligation.task_code = report.task_code
        ) as was_obliged
    from task_report as report
    inner join opened_periods on report.period_id = opened_periods.period_id
    where report.plan_id = :plan_id and report.period_id in :period_ids and report.recorded_at <= :as_of
),

placed as (
    select
        one.submission_id,
        case
            when
                exists (
                    select 1
                    from unit
                    where
                        unit.plan_sha256 = opened_periods.plan_sha256
                        and opened_periods.window_end between unit.valid_from and unit.valid_to
                        and unit.unit_code = one.unit_code
                )
                and exists (
                    select 1
                    from task
                    where task.plan_sha256 = opened_periods.plan_sha256 and task.task_code = one.task_code
                )
                and not (one.was_obliged and not one.is_obliged)
                then 1
            else 0
        end as in_version,
        case
            when
                exists (select 1 from unit where unit.unit_code = one.unit_code)
                and exists (select 1 from task where task.task_code = one.task_code)
                then 1
            else 0
        end as is_known,
        case
            when
                exists (
                    select 1
                    from standing_rows as newer
                    where
                        newer.plan_id = one.plan_id
                        and newer.period_id = one.period_id
                        and newer.unit_code = one.unit_code
                        and newer.task_code = one.task_code
                        and (newer.received_at, newer.recorded_at, newer.submission_id, newer."row", newer.sheet)
                        > (one.received_at, one.recorded_at, one.submission_id, one."row", one.sheet)
                )
                then 1
            else 0
        end as is_displaced,
        case
            when
                exists (
                    select 1
                    from withdrawal
                    where withdrawal.submission_id = one.submission_id and withdrawal.recorded_at <= :as_of
                )
                then 1
            else 0
        end as is_withdrawn,
        case
            when
                exists (
                    select 1
                    from task_report as other
                    where
                        other.plan_id = one.plan_id
                        and other.period_id = one.period_id
                        and other.unit_code = one.unit_code
                        and other.task_code = one.task_code
                        and other.submission_id = one.submission_id
                        and (other."row", other.sheet) > (one."row", one.sheet)
                )
                then 1
            else 0
        end as is_doubled
    from obliged as one
    inner join opened_periods on one.period_id = opened_periods.period_id
),

shares as (
    select
        submission_id,
        rows_accepted,
        0 as rows_stored,
        0 as rows_counting,
        0 as rows_displaced,
        0 as rows_withdrawn,
        0 as rows_dropped,
        0 as rows_doubled
    from assessment
    where plan_id = :plan_id and period_id in :period_ids and recorded_at <= :as_of
    union all
    select
        submission_id,
        0 as rows_accepted,
        0 as rows_stored,
        1 as rows_counting,
        0 as rows_displaced,
        0 as rows_withdrawn,
        0 as rows_dropped,
        0 as rows_doubled
    from counted_tasks
    where submission_id is not null
    union all
    select
        submission_id,
        0 as rows_accepted,
        1 as rows_stored,
        0 as rows_counting,
        in_version * is_displaced * (1 - is_withdrawn) as rows_displaced,
        is_withdrawn as rows_withdrawn,
        (1 - in_version) * is_known * (1 - is_withdrawn) as rows_dropped,
        is_doubled as rows_doubled
    from placed
),

summed as (
    select
        submission_id,
        cast(sum(rows_accepted) as integer) as rows_accepted,
        cast(sum(rows_stored) as integer) as rows_stored,
        cast(sum(rows_counting) as integer) as rows_counting,
        cast(sum(rows_displaced) as integer) as rows_displaced,
        cast(sum(rows_withdrawn) as integer) as rows_withdrawn,
        cast(sum(rows_dropped) as integer) as rows_dropped,
        cast(sum(rows_doubled) as integer) as rows_doubled
    from shares
    group by submission_id
)

select
    summed.*,
    rows_counting + rows_displaced + rows_withdrawn + rows_dropped as rows_accounted,
    submission.unit_code,
    submission.file_name,
    submission.sha256
from summed
left join submission on summed.submission_id = submission.submission_id
