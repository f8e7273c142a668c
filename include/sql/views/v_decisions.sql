-- What people decided: files withdrawn, rules waived, periods reopened, changed plans adopted, each with who and why.
-- grain: decision
-- key: kind, decision
-- parameters: none
-- column kind (text): withdrawal, waiver, reopening or plan adoption.
-- column decision (text): Key of the decision within its kind: the file of a withdrawal, the number of any other.
-- column plan_id (text): Plan it is about; empty for a withdrawn file nobody judged.
-- column period_id (text): Period it is about.
-- column unit_code (text): Unit it is about; empty for a reopening and an adoption.
-- column submission_id (text): File that was withdrawn.
-- column file_name (text): Name of the file that was withdrawn.
-- column rule (text): Rule that was waived.
-- column until_local (moment): Until when it holds; empty for what holds for good.
-- column who (text): Who decided.
-- column reason (text): Why.
-- column decided_local (moment): When it was decided.
-- column is_newest (flag): 1 if no later decision took its place.
select
    'withdrawal' as kind,
    withdrawal.submission_id as decision,
    assessment.plan_id,
    assessment.period_id,
    submission.unit_code,
    withdrawal.submission_id,
    submission.file_name,
    cast(null as varchar(64)) as rule,
    cast(null as timestamp) as until_local,
    withdrawal.who,
    withdrawal.reason,
    local(withdrawal.recorded_at) as decided_local,
    1 as is_newest
from withdrawal
inner join submission on withdrawal.submission_id = submission.submission_id
left join assessment on withdrawal.submission_id = assessment.submission_id
union all
select
    'waiver' as kind,
    cast(number as varchar(64)) as decision,
    plan_id,
    period_id,
    unit_code,
    cast(null as varchar(64)) as submission_id,
    cast(null as text) as file_name,
    rule,
    local(until_at) as until_local,
    who,
    reason,
    local(recorded_at) as decided_local,
    case
        when
            row_number() over (
                partition by plan_id, period_id, unit_code, rule order by recorded_at desc, number desc
            ) = 1
            then 1
        else 0
    end as is_newest
from waiver
union all
select
    'reopening' as kind,
    cast(number as varchar(64)) as decision,
    plan_id,
    period_id,
    cast(null as varchar(16)) as unit_code,
    cast(null as varchar(64)) as submission_id,
    cast(null as text) as file_name,
    cast(null as varchar(64)) as rule,
    local(until_at) as until_local,
    who,
    reason,
    local(recorded_at) as decided_local,
    case
        when row_number() over (partition by plan_id, period_id order by recorded_at desc, number desc) = 1 then 1
        else 0
    end as is_newest
from reopening
union all
select
    'plan adoption' as kind,
    cast(number as varchar(64)) as decision,
    plan_id,
    period_id,
    cast(null as varchar(16)) as unit_code,
    cast(null as varchar(64)) as submission_id,
    cast(null as text) as file_name,
    cast(null as varchar(64)) as rule,
    cast(null as timestamp) as until_local,
    who,
    reason,
    local(recorded_at) as decided_local,
    case
        when row_number() over (partition by plan_id, period_id order by recorded_at desc, number desc) = 1 then 1
        else 0
    end as is_newest
from plan_adoption
