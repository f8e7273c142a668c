-- Which rule fails most: files and rows it looked at and failed.
-- grain: rule
-- parameters: plan_id, since, as_of
-- uses: rule_counts
-- order: failed desc, rule
select
    rule,
    min(severity) as severity,
    count(distinct submission_id) as files,
    count(distinct case when failed > 0 then submission_id end) as files_failed,
    cast(sum(checked) as integer) as checked,
    cast(sum(failed) as integer) as failed,
    cast(sum(failed) as double precision) * 100 / nullif(sum(checked), 0) as failed_pct
from rule_counts
group by rule
