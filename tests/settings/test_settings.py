"""What IT writes into the environment, and the one line it gets when that is wrong."""

from pathlib import Path

import pytest
from sqlalchemy import make_url

from commune_reports.errors import NeedsHuman
from commune_reports.settings import parse_smtp_url, parse_warehouse_url, read_settings


def test_without_a_word_everything_lies_under_var(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    settings = read_settings({})
    assert settings.home == tmp_path / "var"
    assert settings.share == tmp_path / "var" / "share"
    assert settings.warehouse_url == f"sqlite:///{tmp_path}/var/warehouse.sqlite"
    assert settings.plan_file.name == "pci-pgi-2024.yaml"
    assert settings.smtp is None


@pytest.mark.parametrize("name", ["bao cao?", "%41", "a#b", "xã Đại Lãnh"])
def test_a_home_may_have_any_name(tmp_path: Path, name: str) -> None:
    settings = read_settings({"COMMUNE_REPORTS_HOME": str(tmp_path / name)})
    assert make_url(settings.warehouse_url).database == str(tmp_path / name / "warehouse.sqlite")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail.example", ("mail.example", 587, None, None, "starttls")),
        ("smtp://u%40x:p%3Aw@mail.example:2525?security=none", ("mail.example", 2525, "u@x", "p:w", "none")),
        ("smtp://u:p@mail.example?security=tls", ("mail.example", 465, "u", "p", "tls")),
    ],
)
def test_a_mail_url_is_read_with_its_defaults(url: str, expected: tuple[object, ...]) -> None:
    server = parse_smtp_url(url)
    assert (server.host, server.port, server.user, server.password, server.security) == expected


@pytest.mark.parametrize(
    "url", ["mail.example", "http://mail", "smtp://", "smtp://m:port", "smtp://m?security=ssl", "smtp://m?x=1"]
)
def test_a_wrong_mail_url_names_its_variable(url: str) -> None:
    with pytest.raises(NeedsHuman, match="COMMUNE_REPORTS_SMTP"):
        parse_smtp_url(url)


def test_a_password_is_never_shown() -> None:
    assert "geheim" not in repr(parse_smtp_url("smtp://u:geheim@mail"))


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg2"])
def test_every_spelling_of_postgresql_gets_our_driver(scheme: str) -> None:
    assert parse_warehouse_url(f"{scheme}://u:p@h/d") == "postgresql+psycopg://u:p@h/d"


@pytest.mark.parametrize("url", ["mysql://h/d", "warehouse.sqlite", ""])
def test_another_database_is_refused(url: str) -> None:
    with pytest.raises(NeedsHuman, match="COMMUNE_REPORTS_WAREHOUSE"):
        parse_warehouse_url(url)


def test_a_settle_time_that_is_no_number_is_refused() -> None:
    with pytest.raises(NeedsHuman, match="COMMUNE_REPORTS_SETTLE_SECONDS"):
        read_settings({"COMMUNE_REPORTS_SETTLE_SECONDS": "soon"})


@pytest.mark.parametrize("seconds", ["nan", "-1", "inf", "601"])
def test_a_settle_time_out_of_reason_is_refused(seconds: str) -> None:
    with pytest.raises(NeedsHuman, match="from 0 to 600"):
        read_settings({"COMMUNE_REPORTS_SETTLE_SECONDS": seconds})


def test_a_port_that_is_no_number_is_refused() -> None:
    with pytest.raises(NeedsHuman, match="port"):
        parse_warehouse_url("postgresql://u:p@h:bad/db")
