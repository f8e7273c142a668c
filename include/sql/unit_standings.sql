-- Where each unit stands in a period, and the verdict on its newest file.
-- missing: nothing it owes was accepted; late: something it owes was first accepted after the due moment; else on time.
-- grain: unit with an obligation
-- parameters: plan_id, period_id, plan_sha256, as_of, unit_due_at
-- uses: task_states
-- order: unit_position
with filed as (
    select
        submission.unit_code,
        submission.received_at,
        assessment.verdict,
        assessment.rows_accepted,
        row_number() over (
            partition by submission.unit_code
            order by submission.received_at desc, submission.recorded_at desc, submission.submission_id desc
        ) as newest_first
    from assessment
    inner join submission on assessment.submission_id = submission.submission_id
    where
        assessment.plan_id = :plan_id
        and assessment.period_id = :period_id
        and assessment.recorded_at <= :as_of
),

files as (
    select
        unit_code,
        count(*) as files,
        min(case when rows_accepted > 0 then received_at end) as first_received_at,
        max(received_at) as last_received_at,
        max(case when newest_first = 1 then verdict end) as verdict
    from filed
    group by unit_code
),

tasks as (
    select
        unit_code,
        unit_position,
        sum(case when is_owed then 1 else 0 end) as owed,
        sum(case when is_owed and status is not null then 1 else 0 end) as reported,
        sum(case when is_owed and status = 'nil' then 1 else 0 end) as nil,
        max(case when is_owed then first_received_at end) as last_task_at
    from task_states
    group by unit_code, unit_position
)

select
    tasks.unit_code,
    tasks.unit_position,
    tasks.owed,
    tasks.reported,
    tasks.nil,
    coalesce(files.files, 0) as files,
    files.first_received_at,
    files.last_received_at,
    files.verdict,
    case
        when tasks.reported = 0 then 'missing'
        when tasks.last_task_at <= :unit_due_at then 'on_time'
        else 'late'
    end as timeliness
from tasks
left join files on tasks.unit_code = files.unit_code
