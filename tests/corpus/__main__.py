"""`python -m tests.corpus FOLDER` writes the corpus there, to be looked at; with --convert it first renews saved/."""

from pathlib import Path

import click
from tests.corpus.files import files, save_conversions

from commune_reports.plan import load_plan
from commune_reports.settings import read_settings


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--convert", is_flag=True, help="Renew the files of saved/ by LibreOffice.")
def main(folder: Path, convert: bool) -> None:
    """Write every file of the corpus into a folder."""
    plan = load_plan(read_settings({}).plan_file)
    if convert:
        save_conversions(plan)
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files(plan).items():
        (folder / name).write_bytes(content)


if __name__ == "__main__":
    main()
