-- Every letter: receipts, announcements, reminders and reports, and how far their delivery came.
-- grain: letter
-- key: number
-- parameters: none
-- column number (integer): Number of the letter.
-- column letter_key (text): What the letter is queued once for.
-- column kind (text): receipt, announcement, reminder or report.
-- column channel (text): email, or folder: a file in the unit's folder.
-- column period_id (text): Period it is about.
-- column unit_code (text): Unit it is about or goes to; empty for the office.
-- column folder (text): Folder it is put into, where it goes into one.
-- column subject (text): Its subject.
-- column queued_local (moment): When it was queued.
-- column attempts (integer): Attempts to deliver it.
-- column is_sent (flag): 1 if an attempt ended with everybody accepting it.
-- column last_outcome (text): How the last attempt ended: sent, partly_refused, refused, deferred; interrupted: nobody knows; waiting: none yet.
-- column last_detail (text): What was said when the last attempt ended.
with tried as (
    select
        attempt.letter_key,
        ended.outcome,
        ended.detail,
        count(*) over (partition by attempt.letter_key) as attempts,
        max(case when ended.outcome = 'sent' then 1 else 0 end) over (partition by attempt.letter_key) as is_sent,
        row_number() over (partition by attempt.letter_key order by attempt.attempt_id desc) as newest_first
    from delivery_attempt as attempt
    left join delivery_outcome as ended on attempt.attempt_id = ended.attempt_id
)

select
    letter.number,
    letter.letter_key,
    letter.kind,
    letter.channel,
    letter.period_id,
    letter.unit_code,
    letter.folder,
    subject(letter.content) as subject,
    local(letter.recorded_at) as queued_local,
    coalesce(tried.attempts, 0) as attempts,
    coalesce(tried.is_sent, 0) as is_sent,
    case when tried.letter_key is null then 'waiting' else coalesce(tried.outcome, 'interrupted') end as last_outcome,
    tried.detail as last_detail
from letter
left join tried on letter.letter_key = tried.letter_key and tried.newest_first = 1
