"""Submissions in which there is nothing to find, in all the shapes people give them."""

from collections.abc import Iterator
from random import Random

from commune_reports.plan import Plan
from tests.damage.drafts import draw_draft, draw_look
from tests.damage.examining import Filed
from tests.damage.writers import write


def draw_clean(plan: Plan, count: int, *, seed: int) -> Iterator[Filed]:
    """Clean files, each from a seed of its own, so that one can be drawn again by its name."""
    for number in range(count):
        chance = Random(f"clean {seed} {number}")
        draft = draw_draft(plan, chance, draw_look(chance))
        content, _ = write(draft)
        yield Filed(f"clean-{number}", draft, content, ())
