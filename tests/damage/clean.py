"""Submissions in which there is nothing to find, in all the shapes people give them."""

from collections.abc import Iterator
from dataclasses import replace
from random import Random

from tests.damage.drafts import draw_draft, draw_look
from tests.damage.examining import Filed
from tests.damage.writers import by_libreoffice, has_libreoffice, write

from commune_reports.plan import Plan


def draw_clean(plan: Plan, count: int, *, seed: int) -> Iterator[Filed]:
    """Clean files, each from a seed of its own, so that one can be drawn again by its name."""
    for number in range(count):
        chance = Random(f"clean {seed} {number}")
        draft = draw_draft(plan, chance, draw_look(chance))
        content, _ = write(draft)
        yield Filed(f"clean-{number}", draft, content, ())


def draw_converted(plan: Plan, count: int, *, seed: int) -> Iterator[Filed]:
    """Clean workbooks saved by LibreOffice as .xls and .ods, `count` of each; none where LibreOffice is absent.

    An .xls file does not tell which numbers are percentages, so they are written out.
    """
    if not has_libreoffice() or not count:
        return
    for kind in ("xls", "ods"):
        drafts = {}
        for number in range(count):
            chance = Random(f"{kind} {seed} {number}")
            look = draw_look(chance, writer=chance.choice(("openpyxl", "xlsxwriter")))
            if look.progress_style == "fraction":
                look = replace(look, progress_style="spaced")
            drafts[f"{kind}-{number}"] = draw_draft(plan, chance, look)
        written = {name: write(draft)[0] for name, draft in drafts.items()}
        converted = by_libreoffice(written, into=kind)
        yield from (Filed(name, draft, converted[name], ()) for name, draft in drafts.items())
