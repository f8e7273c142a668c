-- Who reported: what every unit owes and answered in a period, and whether it was in time.
-- grain: plan × period × unit with an obligation
-- key: plan_id, period_id, unit_code
-- parameters: none
-- uses: opened_periods, unit_files, unit_totals
-- Figures and files lie side by side by a union, not a join: SQLite carries a filter on plan and period into both sides of a union.
-- column plan_id (text): Plan, like pci-pgi-2024.
-- column period_id (text): Reporting period, like 2024-11, 2024-Q4 or 2024.
-- column unit_code (text): Code of the unit (commune, ward or town) in the plan.
-- column unit_name (text): Name of the unit in the plan version that holds for the period.
-- column timeliness (text): on_time; late: something it owes was first accepted after the due moment; missing: nothing it owes was accepted.
-- column owed (integer): Tasks owed.
-- column reported (integer): Owed tasks that were answered, nil included.
-- column nil (integer): Owed tasks answered with: nothing occurred.
-- column missing (integer): Owed tasks nobody answered: owed − reported.
-- column completed (integer): Owed tasks that are completed.
-- column in_progress (integer): Owed tasks that are in progress.
-- column not_started (integer): Owed tasks that are not started.
-- column on_time (integer): Owed tasks first answered by the due moment.
-- column coverage_pct (number): Reported in percent of owed; empty where nothing is owed.
-- column on_time_pct (number): Answered on time in percent of owed; empty where nothing is owed.
-- column files (integer): Files received that are not withdrawn.
-- column first_received_local (moment): When the first file with an accepted row came.
-- column last_received_local (moment): When the last file came.
-- column verdict (text): Verdict on the newest file: accepted, partly_accepted or rejected; empty without a file.
-- column due_local (moment): When the unit's report was due.
with both_sides as (
    select
        plan_id,
        period_id,
        unit_code,
        files,
        first_received_at,
        last_received_at,
        verdict,
        cast(null as varchar(16)) as timeliness,
        cast(null as integer) as owed,
        cast(null as integer) as reported,
        cast(null as integer) as nil,
        cast(null as integer) as missing,
        cast(null as integer) as completed,
        cast(null as integer) as in_progress,
        cast(null as integer) as not_started,
        cast(null as integer) as on_time,
        cast(null as double precision) as coverage_pct,
        cast(null as double precision) as on_time_pct
    from unit_files
    union all
    select
        plan_id,
        period_id,
        unit_code,
        null as files,
        null as first_received_at,
        null as last_received_at,
        null as verdict,
        timeliness,
        owed,
        reported,
        nil,
        missing,
        completed,
        in_progress,
        not_started,
        on_time,
        coverage_pct,
        on_time_pct
    from unit_totals
),

beside as (
    select
        plan_id,
        period_id,
        unit_code,
        max(timeliness) as timeliness,
        max(owed) as owed,
        max(reported) as reported,
        max(nil) as nil,
        max(missing) as missing,
        max(completed) as completed,
        max(in_progress) as in_progress,
        max(not_started) as not_started,
        max(on_time) as on_time,
        max(coverage_pct) as coverage_pct,
        max(on_time_pct) as on_time_pct,
        coalesce(max(files), 0) as files,
        max(first_received_at) as first_received_at,
        max(last_received_at) as last_received_at,
        max(verdict) as verdict
    from both_sides
    group by plan_id, period_id, unit_code
    having max(timeliness) is not null
)

select
    beside.plan_id,
    beside.period_id,
    beside.unit_code,
    unit.name as unit_name,
    beside.timeliness,
    beside.owed,
    beside.reported,
    beside.nil,
    beside.missing,
    beside.completed,
    beside.in_progress,
    beside.not_started,
    beside.on_time,
    beside.coverage_pct,
    beside.on_time_pct,
    beside.files,
    local(beside.first_received_at) as first_received_local,
    local(beside.last_received_at) as last_received_local,
    beside.verdict,
    local(opened_periods.unit_due_at) as due_local
from beside
cross join opened_periods
cross join unit
where
    opened_periods.plan_id = beside.plan_id
    and opened_periods.period_id = beside.period_id
    and unit.plan_sha256 = opened_periods.plan_sha256
    and opened_periods.window_end between unit.valid_from and unit.valid_to
    and unit.unit_code = beside.unit_code
