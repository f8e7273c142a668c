"""One column for difficulties and proposals: which of its clauses are which."""

import re
from collections.abc import Iterator

from commune_reports.reading.cell_values import plain_text
from commune_reports.reading.tables import Place
from commune_reports.reading.vocabulary import Vocabulary

OF_OTHERS = r"(?:UBND |Ủy ban nhân dân |các )?(?:huyện|tỉnh|cấp trên|cấp có thẩm quyền|phòng|sở)"
ASKS = rf"(?:(?:kính )?(?:đề nghị|kiến nghị|đề xuất)|xin|mong|cần {OF_OTHERS})"
# Where one clause ends and another may begin: at a full stop (but not that of a number in front), a bullet, before a request.
CLAUSES = re.compile(
    rf"(?<=[^\d\s][.;])\s+|\s+(?=[-–+•] )|(?<![Đđ]ó,)(?<!vậy,)(?<=[,:;])\s+(?={ASKS}\b)", re.IGNORECASE
)
PROPOSES = re.compile(
    r"(?:[-–+•] |\d{1,2}[.)] )?(?:(?:do đó|do vậy|vì vậy|vì thế|kính|xin|rất|(?:ubnd )?(?:xã|thị trấn)),? )*"
    rf"(?:(?:đề nghị|kiến nghị|đề xuất)\b|(?:mong|cần) (?:muốn )?{OF_OTHERS}\b|xin\b)"
    # A request that was not answered is a difficulty; what is said behind "do" only gives the reason for it.
    r"(?! của\b)(?!(?:(?!\b(?:do|vì|bởi)\b).)*\b(?:chưa|chậm)\b)",
    re.IGNORECASE,
)
LABEL = re.compile(
    r"(?:[-–+•] |\d{1,2}[.)] )?(?:khó khăn|vướng mắc|kiến nghị|đề xuất)(?:, [^:]{1,20})?\s*:\s*", re.IGNORECASE
)


def kept_apart(place: Place, vocabulary: Vocabulary) -> tuple[str | None, str | None]:
    """The difficulties and the proposals in a row's cell for both, None where it tells none."""
    told = [clause for clause in _clauses(place) if not vocabulary.says_none(LABEL.sub("", clause, count=1))]
    proposed = [clause for clause in told if PROPOSES.match(clause)]
    left = [clause for clause in told if clause not in proposed]
    return " ".join(left).strip(" ,;:") or None, " ".join(proposed).strip() or None


def _clauses(place: Place) -> Iterator[str]:
    for _, value in place.filled("difficulty"):
        for line in str(value).splitlines():
            yield from CLAUSES.split(plain_text(line) or "") if line.strip() else ()
