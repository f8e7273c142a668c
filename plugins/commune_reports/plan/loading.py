"""Reading a plan file: every error named with its line and with what was expected."""

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import yaml
from pydantic import ConfigDict, TypeAdapter, ValidationError

from commune_reports.errors import NeedsHuman
from commune_reports.period import Cadence, PeriodKind, ReportingPeriod, WorkingCalendar
from commune_reports.plan.model import (
    Body,
    DocumentHeader,
    Index,
    Office,
    Plan,
    Recipient,
    RecipientRole,
    TaskChange,
    Unit,
)

SHOWN_ERRORS = 5
EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")
CODE, SLUG = re.compile(r"[0-9]{3,10}"), re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
Path_ = tuple[str | int, ...]


@dataclass(frozen=True)
class _PlanFile:
    """The keys of a plan file."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    id: str
    title: str
    number: str
    issued: str
    year: int
    legal_basis: tuple[str, ...]
    header: DocumentHeader
    sender: Office
    receiving_office: Office
    indices: tuple[Index, ...]
    bodies: tuple[Body, ...]
    units: tuple[Unit, ...]
    recipients: tuple[Recipient, ...]
    calendar: dict[PeriodKind, Cadence]
    extra_holidays: frozenset[date] = frozenset()
    extra_working_days: frozenset[date] = frozenset()
    task_changes: tuple[TaskChange, ...] = ()
    severities: dict[str, str] | None = None
    later_units: tuple[Unit, ...] = ()


@dataclass(frozen=True)
class _Problem:
    """Something wrong at a place of the file; `path` leads there through keys and positions."""

    path: Path_
    text: str


class _Source:
    """A parsed file whose values can be traced back to their lines, with the file it extends behind it."""

    def __init__(self, path: Path) -> None:
        self.path, self.text = path, _text(path)
        loader = yaml.CSafeLoader(self.text)
        try:
            self.node = loader.get_single_node()
            values = loader.construct_document(self.node) if self.node is not None else None
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            line = f":{mark.line + 1}" if mark else ""
            said = " ".join(str(getattr(error, "problem", error)).split())
            raise NeedsHuman(f"{path.name}{line}: not YAML: {said}") from error
        finally:
            loader.dispose()
        repeated = next(_repeated_keys(self.node), None)
        if repeated is not None:
            at, key = repeated
            raise NeedsHuman(f"{path.name}:{at}: {key!r} stands here again; expected each key once")
        if not isinstance(values, dict):
            raise NeedsHuman(f"{path.name}:1: not a plan; expected keys like id, title, indices, units")
        self.values: dict[str, Any] = values
        extended = values.pop("extends", None)
        self.base = _Source(path.parent / str(extended)) if extended else None

    def files(self) -> dict[Path, str]:
        """The texts it was parsed from."""
        return {self.path: self.text, **(self.base.files() if self.base else {})}

    def merged(self) -> dict[str, Any]:
        base = self.base.merged() if self.base else {}
        if "units" in self.values:  # what follows other units says nothing about these
            base.pop("later_units", None)
        return {**base, **self.values}

    def place(self, path: Path_) -> str:
        """file:line of a value, or of the nearest thing around it."""
        if self.base and path and path[0] not in self.values:
            return self.base.place(path)
        node = self.node
        for step in path:
            found = _child(node, step)
            if found is None:
                break
            node = found
        return f"{self.path.name}:{node.start_mark.line + 1 if node else 1}"


_loaded: dict[Path, tuple[dict[Path, str], Plan]] = {}


def load_plan(path: Path) -> Plan:
    """Load and check a plan file; NeedsHuman carries every error as "file:line: found; expected", in one line.

    A file may start with `extends: other.yaml`: what it does not say itself, it takes from there. As long as the files
    say the same, so does the plan: it is made once.
    """
    if path in _loaded:
        files, plan = _loaded[path]
        if all(_text(one) == text for one, text in files.items()):
            return plan
    source = _Source(path)
    plan = _plan_in(source)
    _loaded[path] = source.files(), plan
    return plan


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise NeedsHuman(
            f"plan file {path} cannot be read: {reason}; set COMMUNE_REPORTS_PLAN to a plan file"
        ) from error


def _plan_in(source: _Source) -> Plan:
    content = json.dumps(source.merged(), sort_keys=True, default=str, ensure_ascii=False)
    values = source.merged()
    _number(values)
    try:
        parsed = TypeAdapter(_PlanFile).validate_python(values)
    except ValidationError as error:
        problems = [_Problem(_file_path(one["loc"]), _sentence(dict(one))) for one in error.errors()]
        raise _refusal(source, problems) from None
    problems = list(_contradictions(parsed))
    if problems:
        raise _refusal(source, problems)
    plan = _plan(parsed, content)
    try:
        for period in plan.periods():
            plan.dates(period)
    except (NeedsHuman, OverflowError) as error:
        raise _refusal(source, [_Problem(("calendar",), str(error))]) from error
    return plan


def plan_of(content: str, sha256: str) -> Plan:
    """The plan that once had this content; it was checked when it was loaded. NeedsHuman if it is not what was kept."""
    if hashlib.sha256(content.encode()).hexdigest() != sha256:
        raise NeedsHuman(f"the warehouse does not hold plan version {sha256} as it was kept; restore the last backup")
    values = json.loads(content)
    _number(values)
    return _plan(TypeAdapter(_PlanFile).validate_python(values), content)


def _plan(parsed: _PlanFile, content: str) -> Plan:
    return Plan(
        id=parsed.id,
        title=parsed.title,
        number=parsed.number,
        issued=parsed.issued,
        year=parsed.year,
        sha256=hashlib.sha256(content.encode()).hexdigest(),
        content=content,
        legal_basis=parsed.legal_basis,
        header=parsed.header,
        sender=parsed.sender,
        receiving_office=parsed.receiving_office,
        indices=parsed.indices,
        bodies=parsed.bodies,
        units=parsed.units,
        recipients=parsed.recipients,
        calendar=parsed.calendar,
        working_calendar=WorkingCalendar(parsed.extra_holidays, parsed.extra_working_days),
        task_changes=parsed.task_changes,
        severities=parsed.severities or {},
        later_units=parsed.later_units,
    )


def _number(values: dict[str, Any]) -> None:
    """Write into each part what its place in the file says: which index, which indicator, which kind of period."""
    for index in _mappings(values.get("indices")):
        for indicator in _mappings(index.get("indicators")):
            indicator.setdefault("index_code", index.get("code"))
            for task in _mappings(indicator.get("tasks")):
                task.setdefault("indicator_code", indicator.get("code"))
    calendar = values.get("calendar")
    if isinstance(calendar, dict):
        for kind, cadence in calendar.items():
            if isinstance(cadence, dict):
                cadence.setdefault("kind", kind)
                for name in ("deadline_working_days", "deadline_time", "deadline_before"):
                    cadence.setdefault(name, None)
                for name in ("due_time", "consolidation_time", "deadline_time"):
                    # YAML reads 17:00 without quotes as a number to the base 60.
                    if type(cadence.get(name)) is int:
                        cadence[name] = f"{cadence[name] // 60:02d}:{cadence[name] % 60:02d}"


def _contradictions(plan: _PlanFile) -> Iterator[_Problem]:
    yield from _contradictions_of_tasks(plan)
    yield from _repeated([(("units", number, "code"), key) for number, key in enumerate(_unit_keys(plan.units))])
    yield from _repeated([(("bodies", number, "code"), body.code) for number, body in enumerate(plan.bodies)])
    unit_codes = {unit.code for unit in plan.units}
    task_codes = {task.code for index in plan.indices for one in index.indicators for task in one.tasks}
    yield from _contradictions_of_units(plan)
    for number, change in enumerate(plan.task_changes):
        here = ("task_changes", number)
        if change.unit_code not in unit_codes:
            yield _Problem((*here, "unit_code"), f"unit {change.unit_code} is not declared; expected one of units")
        for code in (*change.added, *change.removed):
            if code not in task_codes:
                yield _Problem(here, f"task {code} does not exist; expected a code like PCI-03.4")
    if not plan.units:
        yield _Problem(("units",), "no unit; expected at least one")
    if not any(one.role is RecipientRole.TO and one.email for one in plan.recipients):
        yield _Problem(("recipients",), "nobody receives the report; expected a recipient with role: to and an email")
    yield from _wrong_spellings(plan)
    yield from _contradictions_of_calendar(plan)


def _contradictions_of_units(plan: _PlanFile) -> Iterator[_Problem]:
    """Who bears a code when, and who takes over: one unit a day, and one that is there then."""
    everyone = [(("units", number), unit) for number, unit in enumerate(plan.units)]
    everyone += [(("later_units", number), unit) for number, unit in enumerate(plan.later_units)]
    for number, (here, unit) in enumerate(everyone):
        if unit.valid_from and unit.valid_to and unit.valid_to < unit.valid_from:
            yield _Problem((*here, "valid_to"), f"{unit.valid_to} lies before valid_from; expected a later day")
            continue
        if here[0] == "later_units" and unit.valid_from is None:
            yield _Problem(here, f"unit {unit.code} is there from the beginning; expected valid_from")
        first = unit.valid_from or date.min
        for _, other in everyone[:number]:
            if other.code == unit.code and (other.valid_from, other.valid_to) != (unit.valid_from, unit.valid_to):
                overlap = max(first, other.valid_from or date.min)
                if other.is_valid_on(overlap) and unit.is_valid_on(overlap):
                    yield _Problem(
                        here, f"code {unit.code} is borne by {other.name} too on {overlap}; expected one unit"
                    )
        if unit.successors and unit.valid_to is None:
            yield _Problem((*here, "successors"), f"unit {unit.code} has successors but no end; expected valid_to")
        elif unit.valid_to and plan.later_units:
            there = {one.code for _, one in everyone if one.is_valid_on(unit.valid_to + timedelta(days=1))}
            for code in unit.successors:
                if code not in there:
                    yield _Problem(
                        (*here, "successors"), f"no unit {code} follows on {unit.valid_to}; expected one of later_units"
                    )


def _wrong_spellings(plan: _PlanFile) -> Iterator[_Problem]:
    """Addresses nobody can write to, and names that would not do for folders and keys."""
    emails: list[tuple[Path_, str | None]] = [
        (("sender", "email"), plan.sender.email),
        (("receiving_office", "email"), plan.receiving_office.email),
    ]
    emails += [(("units", number, "email"), unit.email) for number, unit in enumerate(plan.units)]
    emails += [(("recipients", number, "email"), one.email) for number, one in enumerate(plan.recipients)]
    for place, email in emails:
        if email is not None and not EMAIL.fullmatch(email):
            yield _Problem(
                place, f"{email!r} is no e-mail address; expected one like tckh@huyen.example, without accents"
            )
    for number, unit in enumerate(plan.units):
        for name, pattern, wanted in (("code", CODE, "digits"), ("slug", SLUG, "small letters, digits and dashes")):
            if not pattern.fullmatch(getattr(unit, name)):
                yield _Problem(("units", number, name), f"{name} {getattr(unit, name)!r}; expected {wanted}")
        if not unit.name.strip():
            yield _Problem(("units", number, "name"), "the name is empty; expected the unit's name")


def _contradictions_of_tasks(plan: _PlanFile) -> Iterator[_Problem]:
    bodies = {body.code for body in plan.bodies}
    indicators: list[tuple[Path_, str]] = []
    tasks: list[tuple[Path_, str]] = []
    for i, index in enumerate(plan.indices):
        total = sum(one.weight for one in index.indicators)
        if not abs(total - 100) <= 1e-9:
            yield _Problem(("indices", i), f"the weights of {index.code} sum to {total:g}; expected 100")
        for j, indicator in enumerate(index.indicators):
            here: Path_ = ("indices", i, "indicators", j)
            indicators.append(((*here, "code"), indicator.code))
            if not indicator.code.startswith(f"{index.code}-"):
                yield _Problem((*here, "code"), f"{indicator.code} is not of {index.code}; expected {index.code}-NN")
            if not indicator.tasks:
                yield _Problem((*here, "tasks"), f"{indicator.code} has no task; expected at least one")
            for k, task in enumerate(indicator.tasks):
                place: Path_ = (*here, "tasks", k)
                tasks.append(((*place, "code"), task.code))
                if task.code != f"{indicator.code}.{task.number}":
                    wanted = f"{indicator.code}.{task.number}"
                    yield _Problem((*place, "code"), f"{task.code} does not belong to its indicator; expected {wanted}")
                if not task.lead:
                    yield _Problem((*place, "lead"), f"{task.code} has no lead body; expected at least one of bodies")
                for role, codes in (("lead", task.lead), ("coordinating", task.coordinating)):
                    for unknown in set(codes) - bodies:
                        known = ", ".join(sorted(bodies))
                        found = f"body {unknown} of {task.code} is not declared"
                        yield _Problem((*place, role), f"{found}; expected one of {known}")
    yield from _repeated(indicators)
    yield from _repeated(tasks)


def _contradictions_of_calendar(plan: _PlanFile) -> Iterator[_Problem]:
    if not plan.calendar:
        yield _Problem(("calendar",), "no cadence; expected at least one of " + ", ".join(PeriodKind))
    for kind, cadence in plan.calendar.items():
        here = ("calendar", str(kind))
        by_days = cadence.deadline_working_days is not None and cadence.deadline_time is not None
        if by_days == (cadence.deadline_before is not None):
            wanted = "either deadline_working_days with deadline_time, or deadline_before"
            yield _Problem(here, f"the deadline of {kind} is not clear; expected {wanted}")
        if cadence.deadline_before is not None:
            try:
                date.fromisoformat(f"{plan.year}-{cadence.deadline_before}")
            except ValueError:
                yield _Problem((*here, "deadline_before"), f"{cadence.deadline_before!r}; expected a day like 12-20")
        for name in ("due_working_days", "consolidation_working_days", "deadline_working_days"):
            if (getattr(cadence, name) or 1) < 1 or getattr(cadence, name) == 0:
                found = f"{name} of {kind} is {getattr(cadence, name)}"
                yield _Problem((*here, name), f"{found}; expected 1 or more (Decree 09/2019 art. 8)")
        if cadence.first_period is not None:
            try:
                ReportingPeriod.parse(cadence.first_period)
            except NeedsHuman as error:
                yield _Problem((*here, "first_period"), str(error))


def _repeated(codes: Sequence[tuple[Path_, str]]) -> Iterator[_Problem]:
    seen: set[str] = set()
    for place, code in codes:
        if code in seen:
            yield _Problem(place, f"code {code} stands here again; expected each code once")
        seen.add(code)


def _unit_keys(units: Sequence[Unit]) -> list[str]:
    return [f"{unit.code}" if unit.valid_from is None else f"{unit.code} from {unit.valid_from}" for unit in units]


def _repeated_keys(node: Any) -> Iterator[tuple[int, str]]:
    """Line and name of keys that stand twice in one mapping, of which YAML would silently keep the last."""
    if isinstance(node, yaml.MappingNode):
        seen = set()
        for key, value in node.value:
            if key.value in seen:
                yield key.start_mark.line + 1, str(key.value)
            seen.add(key.value)
            yield from _repeated_keys(value)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _repeated_keys(item)


def _mappings(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, list):
        yield from (one for one in value if isinstance(one, dict))


def _child(node: Any, step: str | int) -> Any:
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == str(step)), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step]
    return None


def _file_path(location: tuple[str | int, ...]) -> Path_:
    return tuple(step for step in location if step != "[key]")


def _sentence(error: dict[str, Any]) -> str:
    name = ".".join(str(step) for step in error["loc"])
    if error["type"] == "missing":
        return f"{name} is missing; expected it here"
    if error["type"] in ("unexpected_keyword_argument", "extra_forbidden"):
        return f"{name} is not a key of a plan; expected it spelt otherwise or left out"
    found = repr(error["input"])
    return f"{name} is {found if len(found) < 60 else found[:57] + '…'}; expected: {error['msg']}"


def _refusal(source: _Source, problems: Sequence[_Problem]) -> NeedsHuman:
    lines = [f"{source.place(one.path)}: {one.text}" for one in problems]
    more = f"; and {len(lines) - SHOWN_ERRORS} more" if len(lines) > SHOWN_ERRORS else ""
    return NeedsHuman("; ".join(lines[:SHOWN_ERRORS]) + more)
