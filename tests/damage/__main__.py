"""`python -m tests.damage --clean 300 --per-class 20 --seed 1`: recall and false alarms of the product as it is."""

import sys

import click
from tests.damage.report import lines, run, tallies


@click.command()
@click.option("--clean", default=300, show_default=True, help="How many clean files.")
@click.option("--per-class", default=20, show_default=True, help="How many damaged files of each class.")
@click.option("--seed", default=1, show_default=True, help="Another seed draws other files.")
@click.option("--only", multiple=True, help="Only these classes (by code or name); may be given several times.")
def main(clean: int, per_class: int, seed: int, only: tuple[str, ...]) -> None:
    """Damage clean reports in every known way and say what the product finds."""
    untouched, by_class = run(clean=clean, per_class=per_class, seed=seed, only=only)
    for line in lines(untouched, by_class):
        click.echo(line)
    is_whole = all(tally.found == tally.files and not tally.extra for tally in tallies(by_class))
    sys.exit(0 if is_whole and not any(one.extra for one in untouched) else 1)


if __name__ == "__main__":
    main()
