-- Which unit improves: how often rules fail on its files over all, in its first period and in its last.
-- grain: unit, that is code × day from which the code stands for it (null from the beginning)
-- parameters: plan_id, since, as_of
-- uses: rule_counts, unit_starts
-- order: failed desc, unit_code, last_period_id
-- failed_pct_change is last − first, in points: below zero the unit's files got better; zero where there is one period.
with counted as (
    select
        rule_counts.*,
        (
            select max(unit_starts.valid_from)
            from unit_starts
            where unit_starts.unit_code = rule_counts.unit_code and unit_starts.valid_from <= rule_counts.window_end
        ) as valid_from
    from rule_counts
),

by_period as (
    select
        unit_code,
        valid_from,
        period_id,
        cast(sum(failed) as double precision) * 100 / nullif(sum(checked), 0) as failed_pct,
        row_number() over (partition by unit_code, valid_from order by window_end asc, period_id asc) as oldest_first,
        row_number() over (partition by unit_code, valid_from order by window_end desc, period_id desc) as newest_first
    from counted
    group by unit_code, valid_from, period_id, window_end
),

ends as (
    select
        unit_code,
        valid_from,
        max(case when oldest_first = 1 then period_id end) as first_period_id,
        max(case when oldest_first = 1 then failed_pct end) as first_failed_pct,
        max(case when newest_first = 1 then period_id end) as last_period_id,
        max(case when newest_first = 1 then failed_pct end) as last_failed_pct
    from by_period
    group by unit_code, valid_from
),

whole as (
    select
        unit_code,
        valid_from,
        count(distinct submission_id) as files,
        count(distinct case when failed > 0 then submission_id end) as files_failed,
        cast(sum(checked) as integer) as checked,
        cast(sum(failed) as integer) as failed,
        cast(sum(failed) as double precision) * 100 / nullif(sum(checked), 0) as failed_pct
    from counted
    group by unit_code, valid_from
)

select
    whole.unit_code,
    whole.files,
    whole.files_failed,
    whole.checked,
    whole.failed,
    whole.failed_pct,
    ends.first_period_id,
    ends.first_failed_pct,
    ends.last_period_id,
    ends.last_failed_pct,
    ends.last_failed_pct - ends.first_failed_pct as failed_pct_change
from whole
inner join ends
    on
        whole.unit_code = ends.unit_code
        and coalesce(whole.valid_from, '0001-01-01') = coalesce(ends.valid_from, '0001-01-01')
