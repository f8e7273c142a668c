"""Keep since when and until when a code stands for a unit, and which units became which."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
MOMENT = sa.DateTime(timezone=True)
SHORT, DIGEST = sa.String(length=16), sa.String(length=64)


def upgrade() -> None:
    """Give every unit its days, as the kept words of its plan version say; without them it is there for good."""
    _set_aside()
    unit = op.create_table(
        "unit",
        sa.Column("plan_sha256", DIGEST, nullable=False),
        sa.Column("unit_code", SHORT, nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        *_described(),
        sa.PrimaryKeyConstraint("plan_sha256", "unit_code", "valid_from", name=op.f("pk_unit")),
    )
    succession = op.create_table(
        "unit_succession",
        sa.Column("plan_sha256", DIGEST, nullable=False),
        sa.Column("unit_code", SHORT, nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("successor_code", SHORT, nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint(
            "plan_sha256", "unit_code", "effective_on", "successor_code", name=op.f("pk_unit_succession")
        ),
    )
    aside = sa.table("unit_aside", *(sa.column(one.name, one.type) for one in unit.columns if "valid" not in one.name))
    contents = sa.table("plan_content", sa.column("plan_sha256", DIGEST), sa.column("content", sa.Text()))
    connection = op.get_bind()
    said = {row.plan_sha256: _units_of(row.content) for row in connection.execute(sa.select(contents))}
    for row in connection.execute(sa.select(aside)).mappings().all():
        named = [one for one in said.get(row["plan_sha256"], ()) if str(one["code"]) == row["unit_code"]]
        spans = [_days(one) for one in named] or [(date.min, date.max)]
        names = [{"name": one["name"], "kind": one["kind"]} for one in named] or [{}]
        op.bulk_insert(
            unit,
            [
                {**row, "valid_from": first, "valid_to": last, **called}
                for (first, last), called in zip(spans, names, strict=True)
            ],
        )
        followed = list(_followed(named))
        op.bulk_insert(
            succession,
            [
                {
                    "plan_sha256": row["plan_sha256"],
                    "unit_code": row["unit_code"],
                    "effective_on": day,
                    "successor_code": code,
                    "recorded_at": row["recorded_at"],
                }
                for day, code in followed
            ],
        )
    op.drop_table("unit_aside")


def downgrade() -> None:
    """Keep one unit per code, the earliest; since when and until when it is there, and what follows it, is lost."""
    op.drop_table("unit_succession")
    _set_aside()
    op.create_table(
        "unit",
        sa.Column("plan_sha256", DIGEST, nullable=False),
        sa.Column("unit_code", SHORT, nullable=False),
        *_described(),
        sa.PrimaryKeyConstraint("plan_sha256", "unit_code", name=op.f("pk_unit")),
    )
    op.execute(
        """
        insert into unit (plan_sha256, unit_code, position, name, kind, recorded_at)
        select plan_sha256, unit_code, position, name, kind, recorded_at
        from (
            select
                unit_aside.*,
                row_number() over (partition by plan_sha256, unit_code order by valid_from) as first_first
            from unit_aside
        ) as named
        where first_first = 1
        """
    )
    op.drop_table("unit_aside")


def _set_aside() -> None:
    """Copy and drop, so that the name of the key is free again."""
    op.execute("create table unit_aside as select * from unit")
    op.drop_table("unit")


def _described() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
    )


def _units_of(content: str) -> list[dict[str, Any]]:
    """The units a plan version names; none where its words are not those of a plan file."""
    try:
        return list(json.loads(content)["units"])
    except (ValueError, TypeError, KeyError):
        return []


def _days(unit: dict[str, Any]) -> tuple[date, date]:
    first, last = unit.get("valid_from"), unit.get("valid_to")
    return (date.fromisoformat(first) if first else date.min, date.fromisoformat(last) if last else date.max)


def _followed(units: list[dict[str, Any]]) -> Iterator[tuple[date, str]]:
    """The day each unit is followed on, and by whom."""
    for unit in units:
        if unit.get("valid_to"):
            for code in dict.fromkeys(unit.get("successors", ())):
                yield date.fromisoformat(unit["valid_to"]) + timedelta(days=1), str(code)
