"""An installation whose November is open, and its terminal."""

import shutil
from pathlib import Path

import pytest
from tests.cli.installation import Answer, Run, settle_in

from commune_reports import cli


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run one command in an installation of its own; gives exit code, stdout and stderr."""
    settle_in(monkeypatch, tmp_path / "home")
    monkeypatch.setenv("COMMUNE_REPORTS_SETTLE_SECONDS", "0")

    def run_command(*arguments: object) -> Answer:
        with pytest.raises(SystemExit) as ended:
            cli.main([str(one) for one in arguments])
        said = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return ended.value.code, said.out, said.err

    return run_command


@pytest.fixture(scope="module")
def once_opened(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of an installation whose November was opened from the terminal; to be copied, never used."""
    home = tmp_path_factory.mktemp("opened") / "home"
    with pytest.MonkeyPatch.context() as patch, pytest.raises(SystemExit) as ended:
        settle_in(patch, home)
        cli.main(["open", "--period", "2024-11", "--now", "2024-10-15T07:00"])
    assert not ended.value.code
    return home


@pytest.fixture
def opened(run: Run, once_opened: Path, tmp_path: Path) -> Path:
    """The share of an installation whose November is open."""
    shutil.copytree(once_opened, tmp_path / "home")
    return tmp_path / "home" / "share"
