-- As which units of a day the units of a period are read: what they became by then, whatever lies between; else themselves.
-- grain: plan × period × unit of the period × unit it is read as
-- parameters: plan_id, period_ids, as_of, on_day
-- uses: opened_periods
-- order: period_id, successor_code, unit_position
-- A unit ends once: the first step after a day is its own, and one of a code that came to stand for another unit by then
-- (`since` is the day it did) is that one's.
-- parts is in how many units a unit was split. Successions are those of the version that holds for the period, and of the
-- newest version of every other plan.
with recursive versions as (
    select
        plan_id,
        plan_sha256,
        row_number() over (partition by plan_id order by recorded_at desc, plan_sha256 desc) as newest_first
    from plan
    where recorded_at <= :as_of or plan_sha256 in (select plan_sha256 from opened_periods)
),

steps as (
    select distinct
        opened_periods.plan_id,
        opened_periods.period_id,
        unit_succession.unit_code,
        unit_succession.effective_on,
        unit_succession.successor_code,
        (
            select max(unit.valid_from)
            from unit
            where
                unit.plan_sha256 = unit_succession.plan_sha256
                and unit.unit_code = unit_succession.unit_code
                and unit.valid_from < unit_succession.effective_on
        ) as since
    from opened_periods
    inner join versions
        on
            opened_periods.plan_sha256 = versions.plan_sha256
            or (opened_periods.plan_id <> versions.plan_id and versions.newest_first = 1)
    inner join unit_succession on versions.plan_sha256 = unit_succession.plan_sha256
    where unit_succession.effective_on <= :on_day
),

ways as (
    select
        opened_periods.plan_id,
        opened_periods.period_id,
        unit.unit_code,
        unit.position as unit_position,
        unit.unit_code as successor_code,
        opened_periods.window_end as effective_from
    from opened_periods
    inner join unit
        on
            opened_periods.plan_sha256 = unit.plan_sha256
            and opened_periods.window_end between unit.valid_from and unit.valid_to
    union
    select
        ways.plan_id,
        ways.period_id,
        ways.unit_code,
        ways.unit_position,
        steps.successor_code,
        steps.effective_on as effective_from
    from ways
    inner join steps
        on
            ways.plan_id = steps.plan_id
            and ways.period_id = steps.period_id
            and ways.successor_code = steps.unit_code
            and ways.effective_from < steps.effective_on
            and (steps.since is null or ways.effective_from >= steps.since)
    where
        not exists (
            select 1
            from steps as sooner
            where
                sooner.plan_id = ways.plan_id
                and sooner.period_id = ways.period_id
                and sooner.unit_code = ways.successor_code
                and sooner.effective_on > ways.effective_from
                and sooner.effective_on < steps.effective_on
        )
),

ends as (
    select
        plan_id,
        period_id,
        unit_code,
        unit_position,
        successor_code,
        max(effective_from) as effective_from
    from ways
    where
        not exists (
            select 1
            from steps
            where
                ways.plan_id = steps.plan_id
                and ways.period_id = steps.period_id
                and ways.successor_code = steps.unit_code
                and ways.effective_from < steps.effective_on
                and (steps.since is null or ways.effective_from >= steps.since)
        )
    group by plan_id, period_id, unit_code, unit_position, successor_code
),

names as (
    select
        unit.unit_code,
        unit.valid_from,
        unit.valid_to,
        unit.name,
        unit.kind,
        versions.plan_id,
        row_number() over (
            partition by unit.unit_code, unit.valid_from order by unit.recorded_at desc, unit.plan_sha256 desc
        ) as newest_first
    from unit
    inner join versions on unit.plan_sha256 = versions.plan_sha256
)

select
    ends.plan_id,
    ends.period_id,
    ends.unit_code,
    ends.unit_position,
    ends.successor_code,
    ends.effective_from,
    count(*) over (partition by ends.plan_id, ends.period_id, ends.unit_code) as parts,
    (
        select names.kind || ' ' || names.name
        from names
        where names.unit_code = ends.successor_code and ends.effective_from between names.valid_from and names.valid_to
        order by names.newest_first, names.valid_from desc
        limit 1
    ) as successor_name
from ends
