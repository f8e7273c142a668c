"""An account that reads the views and nothing else; PostgreSQL keeps it, SQLite has no accounts."""

import re
from pathlib import Path

from sqlalchemy import Connection, make_url, text
from sqlalchemy.exc import DBAPIError

from commune_reports.errors import NeedsHuman
from commune_reports.warehouse.connecting import Warehouse
from commune_reports.warehouse.views import made_views

NAME = re.compile(r"(?!pg_)[a-z_][a-z0-9_]{0,62}")
RESERVED = ("public", "none", "current_user", "current_role", "session_user")
DENIED = "42501"
# Whoever may read the revision reads the views: that table outlives every migration, and its list of readers with it.
READERS = """
select case when entry.grantee = 0 then 'public' else quote_ident(pg_get_userbyid(entry.grantee)) end
from pg_class as kept, aclexplode(kept.relacl) as entry
where kept.oid = to_regclass('alembic_version') and entry.privilege_type = 'SELECT' and entry.grantee <> kept.relowner
"""
# What a reader must not be able to do, by whichever way it came to be allowed.
BEYOND_READING = """
select 'it may create in schema ' || current_schema() where has_schema_privilege(:role, current_schema(), 'CREATE')
union all
select 'it may change table ' || min(relname)
from pg_class
where
    relnamespace = current_schema()::regnamespace
    and relkind in ('r', 'p', 'v')
    and has_table_privilege(:role, oid, 'INSERT, UPDATE, DELETE, TRUNCATE, TRIGGER')
having count(*) > 0
"""


def make_reader(house: Warehouse, role: str, *, password: str | None) -> list[str]:
    """Make an account that may only select from the views, or bring it into that state; the views it reads.

    Later upgrades keep it so. Without a password an existing one stays. NeedsHuman on SQLite, which has no accounts, and for
    an account that can do more.
    """
    if house.engine.dialect.name == "sqlite":
        path = Path(str(make_url(house.engine.url).database)).absolute()
        raise NeedsHuman(f"a SQLite warehouse has no accounts; open it for reading only: file:{path}?mode=ro")
    if not NAME.fullmatch(role) or role in RESERVED:
        raise NeedsHuman(f"{role!r} is no name for a reader: small letters, digits and _, like so_tai_chinh_doc")
    return house.insist(lambda connection: _make(connection, role, password))


def let_readers_read(connection: Connection) -> None:
    """Let every account that may read the revision read the views, after they were made anew."""
    if connection.dialect.name == "sqlite":
        return
    for reader in connection.execute(text(READERS)).scalars().all():
        for view in made_views(connection):
            connection.execute(text(f"grant select on {view} to {reader}"))


def _make(connection: Connection, role: str, password: str | None) -> list[str]:
    views = list(made_views(connection))
    if not views:
        raise NeedsHuman("the warehouse has no views yet; run: commune-reports db upgrade")
    found = connection.execute(
        text(
            "select rolsuper or rolcreaterole or rolcreatedb or rolname = current_user from pg_roles where rolname = :role"
        ),
        {"role": role},
    ).scalar()
    if found:
        raise NeedsHuman(f"account {role} may do more than read; give the reader a name of its own")
    try:
        if found is None:
            connection.execute(text(f"create role {role} login nosuperuser nocreatedb nocreaterole noinherit"))
        if password is not None:
            scrambled = _scrambled(connection, role, password)  # it has colons, which are no parameters
            connection.exec_driver_sql(
                f"alter role {role} password '{scrambled}'", execution_options={"no_parameters": True}
            )
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) != DENIED:
            raise
        raise NeedsHuman(
            f"this account may not make accounts; have an administrator run: create role {role} login; then run this again"
        ) from error
    database, schema = connection.execute(
        text("select quote_ident(current_database()), quote_ident(current_schema())")
    ).one()
    for statement in (
        f"revoke all on all tables in schema {schema} from {role}",
        f"revoke create on schema {schema} from {role}",
        f"grant connect on database {database} to {role}",
        f"grant usage on schema {schema} to {role}",
        f"grant select on alembic_version to {role}",
        *(f"grant select on {view} to {role}" for view in views),
    ):
        connection.execute(text(statement))
    beyond = connection.execute(text(BEYOND_READING), {"role": role}).scalars().all()
    if beyond:
        raise NeedsHuman(
            f"account {role} could do more than read: {'; '.join(beyond)}; take that from it or from public first"
        )
    return views


def _scrambled(connection: Connection, role: str, password: str) -> str:
    """The password as the server keeps it: the plain one never goes over the wire or into a log."""
    driver = connection.connection.driver_connection
    kept: bytes = driver.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256")  # type: ignore[union-attr]
    return kept.decode()
