"""Settings: where everything is, read once from the environment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from commune_reports.errors import NeedsHuman

DEFAULT_PLAN = "pci-pgi-2024.yaml"
LONGEST_SETTLE = 600
SECURITIES = {"starttls": 587, "tls": 465, "none": 25}


@dataclass(frozen=True)
class SmtpServer:
    """The mail server; `security` is starttls, tls or none, certificates are verified unless none."""

    host: str
    port: int
    user: str | None
    password: str | None = field(repr=False)
    security: str


@dataclass(frozen=True)
class Settings:
    """Folders, warehouse, plan and mail server of one installation.

    `by_the_clock`: a fact is dated when it is written; else at the business moment of who writes it, as in drills.
    """

    home: Path
    warehouse_url: str = field(repr=False)
    share: Path
    plan_file: Path
    smtp: SmtpServer | None
    include: Path
    expectations: Path
    settle_seconds: float = 2.0
    by_the_clock: bool = False


def read_settings(environ: Mapping[str, str]) -> Settings:
    """Settings from COMMUNE_REPORTS_* variables; NeedsHuman names the variable that is wrong."""
    home = Path(environ.get("COMMUNE_REPORTS_HOME") or "var").expanduser().absolute()
    include, expectations = _resources(environ)
    plan = environ.get("COMMUNE_REPORTS_PLAN")
    smtp = environ.get("COMMUNE_REPORTS_SMTP")
    settle = environ.get("COMMUNE_REPORTS_SETTLE_SECONDS") or "2"
    try:
        settle_seconds = float(settle)
    except ValueError:
        settle_seconds = -1.0
    if not 0 <= settle_seconds <= LONGEST_SETTLE:
        raise NeedsHuman(
            f"COMMUNE_REPORTS_SETTLE_SECONDS is {settle!r}; give a number of seconds from 0 to 600, like 2"
        )
    return Settings(
        home=home,
        warehouse_url=parse_warehouse_url(
            environ.get("COMMUNE_REPORTS_WAREHOUSE") or f"sqlite:///{quote(str(home / 'warehouse.sqlite'))}"
        ),
        share=Path(environ.get("COMMUNE_REPORTS_SHARE") or home / "share").expanduser().absolute(),
        plan_file=Path(plan).expanduser().absolute() if plan else include / "plans" / DEFAULT_PLAN,
        smtp=parse_smtp_url(smtp) if smtp else None,
        include=include,
        expectations=expectations,
        settle_seconds=settle_seconds,
    )


def parse_smtp_url(url: str) -> SmtpServer:
    """The mail server of smtp://user:password@host:port?security=starttls|tls|none (starttls if not given)."""
    wanted = "COMMUNE_REPORTS_SMTP must be smtp://user:password@host:port?security=starttls|tls|none"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise NeedsHuman(f"{wanted}; its port is not a number") from None
    query = dict(parse_qsl(parts.query))
    security = query.get("security", "starttls")
    if parts.scheme != "smtp" or not parts.hostname:
        raise NeedsHuman(f"{wanted}; it names no smtp host")
    if security not in SECURITIES or set(query) - {"security"}:
        raise NeedsHuman(f"{wanted}; it says {parts.query!r}")
    return SmtpServer(
        host=parts.hostname,
        port=port or SECURITIES[security],
        user=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        security=security,
    )


def parse_warehouse_url(url: str) -> str:
    """The warehouse's SQLAlchemy URL with the driver this package ships."""
    scheme, separator, rest = url.partition("://")
    dialect = scheme.partition("+")[0]
    if not separator or dialect not in ("sqlite", "postgresql", "postgres"):
        raise NeedsHuman(
            "COMMUNE_REPORTS_WAREHOUSE must be sqlite:////path/file.sqlite or postgresql://user:password@host/database"
        )
    if dialect == "sqlite":
        return url
    try:
        _ = urlsplit(f"postgresql://{rest}").port
    except ValueError:
        raise NeedsHuman(
            "COMMUNE_REPORTS_WAREHOUSE: the port is not a number; give postgresql://user:password@host:5432/db"
        ) from None
    return f"postgresql+psycopg://{rest}"


def _resources(environ: Mapping[str, str]) -> tuple[Path, Path]:
    """The folders include/ and expectations/: named, beside a checkout's plugins/, or inside the installed package."""
    named = environ.get("COMMUNE_REPORTS_RESOURCES")
    package = Path(__file__).resolve().parent
    candidates = [Path(named).expanduser().absolute()] if named else [package.parents[1], package / "_data"]
    for base in candidates:
        if (base / "include" / "sql").is_dir() and (base / "expectations").is_dir():
            return base / "include", base / "expectations"
    raise NeedsHuman(
        f"include/ and expectations/ are not under {candidates[0]}; set COMMUNE_REPORTS_RESOURCES to their folder"
    )
