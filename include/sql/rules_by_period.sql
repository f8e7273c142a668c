-- Whether the files get better from period to period.
-- grain: period
-- parameters: plan_id, since, as_of
-- uses: rule_counts
-- order: window_end, period_id
select
    period_id,
    window_end,
    count(distinct submission_id) as files,
    count(distinct case when failed > 0 then submission_id end) as files_failed,
    cast(sum(checked) as integer) as checked,
    cast(sum(failed) as integer) as failed,
    cast(sum(failed) as double precision) * 100 / nullif(sum(checked), 0) as failed_pct
from rule_counts
group by period_id, window_end
