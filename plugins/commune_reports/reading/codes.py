"""Codes and numbers of indicators and tasks as people write them: PCI-03.2, pci 3.2, PCI III.2, A.III.2, NV 2."""

import re
from functools import lru_cache

from commune_reports.plan import Plan
from commune_reports.spelling import fold

BEFORE_CODE = re.compile(r"^(?:nv|nhiem vu|ma|muc|so)(?: |(?=\d))")
CODE = re.compile(r"([a-z]{1,4}) ?(\d{1,2}|[ivx]+) (\d{1,2})|([a-z]{2,4}) ?(\d\d)(\d)")
INDICATOR_CODE = re.compile(r"([a-z]{2,4}) ?(\d{1,2}|[ivx]+)")
NUMBER = re.compile(r"(?:(\d+|[ivx]+) )?(\d{1,3})")
# A code in front of a task's text or in brackets behind it, and the number or the bullet in front.
WRITTEN_CODE = r"([A-Za-z]{2,4}[\s\-–_.]{0,3}(?:\d{1,2}|[IVX]+)[\s\-–_.]{1,3}\d{1,2})"
CODE_IN_FRONT = re.compile(rf"\W{{0,2}}{WRITTEN_CODE}(?![\w%/])[\s:.\-–)\]]*", re.IGNORECASE)
CODE_BEHIND, CLOSING = re.compile(rf"\s*[(\[]\s*{WRITTEN_CODE}\s*[)\]]$", re.IGNORECASE), (")", "]")
NUMBER_IN_FRONT = re.compile(
    r"(?:(?:(?:[IVX]+|\d{1,2})\s*[.\-/]\s*)?\d{1,2}\s*[.):\-]+|[IVX]+\s*[.)]|[a-zđ]\))\s*(?=\D)"
)


def task_coded(plan: Plan, written: str) -> str | None:
    """The task a code names, however it is written."""
    if written in plan.tasks:
        return written
    found = CODE.fullmatch(_bare(written)) if written else None
    if not found:
        return None
    index, indicator, number = found.groups()[:3] if found[1] else found.groups()[3:]
    named = indicator_numbered(plan, indicator, _index(plan, index))
    code = f"{named}.{int(number)}"
    return code if code in plan.tasks and _index(plan, index) else None


def task_numbered(plan: Plan, written: str, index: str | None, indicator: str | None) -> str | None:
    """The task with a number under the indicator announced above, or under the one its own first part names."""
    found = NUMBER.fullmatch(_bare(written))
    if not found:
        return None
    # A first number only counts where no title says better: people number the sections of their part from 1.
    if found[1] and (not found[1].isdigit() or (indicator is None and index is not None)):
        indicator = indicator_numbered(plan, found[1], index)
    code = f"{indicator}.{int(found[2])}"
    return code if code in plan.tasks else None


def is_task_number(written: str) -> bool:
    """Whether something is only a number, such as 3, III.2 or "NV 4"."""
    return NUMBER.fullmatch(_bare(written)) is not None


@lru_cache(maxsize=4_096)
def bare_number(written: str) -> int | None:
    """The number something is, such as "3." or "NV 4"; None where it says more."""
    found = NUMBER.fullmatch(_bare(written)) if written else None
    return int(found[2]) if found and not found[1] else None


def indicator_coded(plan: Plan, written: str) -> str | None:
    """The indicator a code such as PCI-03 or "PCI 3" names."""
    found = INDICATOR_CODE.fullmatch(fold(written))
    index = _index(plan, found[1]) if found else None
    return indicator_numbered(plan, found[2], index) if found and index else None


def indicator_numbered(plan: Plan, numeral: str, index: str | None) -> str | None:
    """The indicator with a Roman or an Arabic numeral; None if indicators of two indices have it and none is announced."""
    meant = plan.numbered_indicators.get((index, numeral.lstrip("0")), ())
    return meant[0] if len(meant) == 1 else None


def taken_apart(text: str, plan: Plan) -> tuple[str | None, str, str]:
    """The code that stands with a task's text, if one does, the number or bullet in front of it, and the bare text."""
    in_front = CODE_IN_FRONT.match(text)
    code = task_coded(plan, in_front[1]) if in_front else None
    if in_front and code:
        return code, "", text[in_front.end() :].strip()
    behind = CODE_BEHIND.search(text) if text.endswith(CLOSING) else None
    code = task_coded(plan, behind[1]) if behind else None
    if behind and code:
        text = text[: behind.start()]
    number = NUMBER_IN_FRONT.match(text)
    return (code, number[0].strip(), text[number.end() :]) if number else (code, "", text)


@lru_cache(maxsize=4_096)
def _bare(written: str) -> str:
    return BEFORE_CODE.sub("", fold(written))


def _index(plan: Plan, written: str) -> str | None:
    """The index a code or a section letter names."""
    return next((one.code for one in plan.indices if written in (fold(one.code), fold(one.section))), None)
