"""What a run of Great Expectations asks of its rules over and over, made once."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from great_expectations.expectations.expectation import Expectation
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration


@contextmanager
def configurations_kept() -> Iterator[None]:
    """Let every rule give the same configuration as long as this lasts; none may be changed meanwhile.

    Great Expectations 1.24 builds it anew out of the rule's whole model, some 120 times a rule and run: half of a run.
    """
    from great_expectations.expectations.expectation import Expectation

    made = Expectation.configuration
    # The rule is kept beside its configuration, lest another one come to stand at its address.
    kept: dict[int, tuple[Expectation, ExpectationConfiguration]] = {}

    def configuration(rule: "Expectation") -> "ExpectationConfiguration":
        if id(rule) not in kept:
            kept[id(rule)] = (rule, made.fget(rule))
        return kept[id(rule)][1]

    Expectation.configuration = property(configuration)
    try:
        yield
    finally:
        Expectation.configuration = made
