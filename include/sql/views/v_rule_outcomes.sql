-- How every rule fared on every file: rows it looked at, rows it failed.
-- grain: submission × rule of a suite
-- key: submission_id, number
-- parameters: none
-- uses: rule_counts
-- column submission_id (text): Key of the file.
-- column number (integer): Number of the outcome within its file.
-- column plan_id (text): Plan, like pci-pgi-2024.
-- column period_id (text): Reporting period, like 2024-11, 2024-Q4 or 2024.
-- column unit_code (text): Unit that sent the file.
-- column suite (text): Suite the rule stands in.
-- column rule (text): Code of the rule.
-- column severity (text): critical, warning or info.
-- column checked (integer): Rows looked at.
-- column failed (integer): Rows that failed.
-- column is_withdrawn (flag): 1 if a person took the file out: nothing in it counts.
select
    rule_counts.submission_id,
    rule_counts.number,
    rule_counts.plan_id,
    rule_counts.period_id,
    rule_counts.unit_code,
    rule_counts.suite,
    rule_counts.rule,
    rule_counts.severity,
    rule_counts.checked,
    rule_counts.failed,
    case when withdrawal.submission_id is null then 0 else 1 end as is_withdrawn
from rule_counts
left join withdrawal on rule_counts.submission_id = withdrawal.submission_id
