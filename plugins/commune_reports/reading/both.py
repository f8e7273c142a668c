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
    rf"(?<=[^\d\s][.;]) | (?=[-–+•] )| (?=\d{{1,2}}[.)] \D)|(?<![Đđ]ó,)(?<!vậy,)(?<=[,:;]) (?={ASKS}\b)", re.IGNORECASE
)
BULLET = r"(?:[-–+•] |\d{1,2}[.)] )"
PROPOSES = re.compile(
    rf"{BULLET}?(?:(?:do đó|do vậy|vì vậy|vì thế|kính|xin|rất|(?:ubnd )?(?:xã|thị trấn)),? )*"
    rf"(?:(?:đề nghị|kiến nghị|đề xuất)\b|(?:mong|cần) (?:muốn )?{OF_OTHERS}\b|xin\b)"
    # A request that was not answered is a difficulty; what is said behind "do" only gives the reason for it.
    r"(?! của\b)(?!(?:(?!\b(?:do|vì|bởi)\b).)*\b(?:chưa|(?<!tránh )(?<!tránh để )(?<!không )(?<!bị )chậm)\b)",
    re.IGNORECASE,
)
LABEL = re.compile(
    rf"{BULLET}?(?:những |các )?(?:(?P<trouble>khó khăn|vướng mắc|tồn tại|hạn chế)|kiến nghị|đề xuất)"
    r"(?:,? (?:và )?(?:khó khăn|vướng mắc|kiến nghị|đề xuất|tồn tại|hạn chế))*\s*:\s*",
    re.IGNORECASE,
)


def kept_apart(place: Place, vocabulary: Vocabulary) -> tuple[str | None, str | None]:
    """The difficulties and the proposals in a row's cell for both, None where it tells none.

    What stands behind "Kiến nghị:" or in the list behind a request that ends in a colon belongs to it.
    """
    told: dict[bool, list[str]] = {False: [], True: []}
    is_labelled = is_list = False
    for clause in _clauses(place):
        label = LABEL.match(clause)
        if label is not None:
            is_labelled, is_list = label["trouble"] is None, False
        said = clause if label is None else clause[label.end() :]
        if not said or vocabulary.says_none(said):
            continue
        is_item = is_list and re.match(BULLET, said) is not None
        is_proposal = is_labelled or is_item or PROPOSES.match(said) is not None
        is_list = is_item or (is_proposal and said.endswith(":"))
        told[is_proposal].append(said)
    return " ".join(told[False]).strip(" ,;:") or None, " ".join(told[True]).strip() or None


def _clauses(place: Place) -> Iterator[str]:
    for _, value in place.filled("difficulty"):
        lines = value.splitlines() if isinstance(value, str) else [value]
        for line in filter(None, map(plain_text, lines)):
            label = LABEL.match(line)
            start = label.end() if label is not None else 0
            first, *others = CLAUSES.split(line[start:])
            yield line[:start] + first
            yield from others
