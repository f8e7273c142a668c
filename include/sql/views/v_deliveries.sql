-- Every attempt to deliver a letter, and how it ended.
-- grain: attempt
-- key: attempt_id
-- parameters: none
-- column attempt_id (integer): Number of the attempt.
-- column letter_key (text): The letter.
-- column kind (text): Its kind: receipt, announcement, reminder or report.
-- column channel (text): email or folder.
-- column period_id (text): Period the letter is about.
-- column unit_code (text): Unit it is about or goes to; empty for the office.
-- column began_local (moment): When the attempt began.
-- column ended_local (moment): When it ended; empty if it was interrupted.
-- column outcome (text): sent, partly_refused, refused or deferred; interrupted: nobody knows how far it came.
-- column detail (text): What was said when it ended.
select
    attempt.attempt_id,
    attempt.letter_key,
    letter.kind,
    letter.channel,
    letter.period_id,
    letter.unit_code,
    local(attempt.recorded_at) as began_local,
    local(ended.recorded_at) as ended_local,
    coalesce(ended.outcome, 'interrupted') as outcome,
    ended.detail
from delivery_attempt as attempt
inner join letter on attempt.letter_key = letter.letter_key
left join delivery_outcome as ended on attempt.attempt_id = ended.attempt_id
