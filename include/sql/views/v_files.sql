-- Every file received: from whom, when, the verdict on it, what was found in it, whether it was withdrawn.
-- grain: submission
-- key: submission_id
-- parameters: none
-- uses: opened_periods
-- column submission_id (text): Key of the file.
-- column plan_id (text): Plan it was judged under; empty while nobody judged it.
-- column period_id (text): Period it reports; empty where it names none.
-- column unit_code (text): Unit in whose folder it was dropped.
-- column file_name (text): Name under which the file was dropped.
-- column folder (text): Folder it was dropped in.
-- column sha256 (text): SHA-256 of the file; its bytes are in the archive under it.
-- column size (integer): Size in bytes.
-- column received_local (moment): When it came.
-- column is_late (flag): 1 if it came after the due moment of its period; empty without a period.
-- column verdict (text): accepted, partly_accepted or rejected; empty while nobody judged it.
-- column rows_owed (integer): Tasks the unit owed.
-- column rows_read (integer): Task rows read in it.
-- column rows_accepted (integer): Task rows accepted.
-- column rows_nil (integer): Accepted rows that say: nothing occurred.
-- column critical (integer): Findings that kept a row or the file from counting.
-- column warnings (integer): Findings that are warnings.
-- column infos (integer): Findings for information.
-- column is_withdrawn (flag): 1 if a person took the file out: nothing in it counts.
-- column withdrawn_local (moment): When it was withdrawn.
-- column withdrawn_by (text): Who withdrew it.
-- column withdrawn_because (text): Why it was withdrawn.
select
    submission.submission_id,
    assessment.plan_id,
    assessment.period_id,
    submission.unit_code,
    submission.file_name,
    submission.folder,
    submission.sha256,
    submission.size,
    local(submission.received_at) as received_local,
    case
        when submission.received_at > opened_periods.unit_due_at then 1
        when submission.received_at <= opened_periods.unit_due_at then 0
    end as is_late,
    assessment.verdict,
    assessment.rows_owed,
    assessment.rows_read,
    assessment.rows_accepted,
    assessment.rows_nil,
    (
        select count(*)
        from finding
        where finding.submission_id = submission.submission_id and finding.severity = 'critical'
    ) as critical,
    (
        select count(*)
        from finding
        where finding.submission_id = submission.submission_id and finding.severity = 'warning'
    ) as warnings,
    (
        select count(*)
        from finding
        where finding.submission_id = submission.submission_id and finding.severity = 'info'
    ) as infos,
    case when withdrawal.submission_id is null then 0 else 1 end as is_withdrawn,
    local(withdrawal.recorded_at) as withdrawn_local,
    withdrawal.who as withdrawn_by,
    withdrawal.reason as withdrawn_because
from submission
left join assessment on submission.submission_id = assessment.submission_id
left join opened_periods
    on assessment.plan_id = opened_periods.plan_id and assessment.period_id = opened_periods.period_id
left join withdrawal on submission.submission_id = withdrawal.submission_id
