-- What is wrong in the files, cell by cell, as their senders were told.
-- grain: finding of a submission
-- key: submission_id, number
-- parameters: none
-- column submission_id (text): Key of the file.
-- column number (integer): Number of the finding within its file.
-- column plan_id (text): Plan the file was judged under.
-- column period_id (text): Period the file reports; empty where it names none.
-- column unit_code (text): Unit that sent the file.
-- column file_name (text): Name under which the file was dropped.
-- column received_local (moment): When the file came.
-- column code (text): Code of the rule or trouble.
-- column severity (text): critical: it kept a row or the file from counting; warning; info.
-- column message (text): The sentence the sender read.
-- column sheet (text): Sheet; empty for the whole file.
-- column cell (text): Cell, like F12; empty for a whole row, sheet or file.
-- column sheet_row (integer): Row of the sheet.
-- column sheet_column (text): Column, by its name.
-- column task_code (text): Task it is about.
-- column got (text): What stood there.
-- column wanted (text): What should stand there.
-- column is_withdrawn (flag): 1 if a person took the file out: nothing in it counts.
select
    finding.submission_id,
    finding.number,
    assessment.plan_id,
    assessment.period_id,
    submission.unit_code,
    submission.file_name,
    local(submission.received_at) as received_local,
    finding.code,
    finding.severity,
    finding.message,
    finding.sheet,
    finding.cell,
    finding."row" as sheet_row,
    finding."column" as sheet_column,
    finding.task as task_code,
    finding.got,
    finding.wanted,
    case when withdrawal.submission_id is null then 0 else 1 end as is_withdrawn
from assessment
inner join finding on assessment.submission_id = finding.submission_id
inner join submission on assessment.submission_id = submission.submission_id
left join withdrawal on assessment.submission_id = withdrawal.submission_id
