"""A wrong plan file is told its line and what was expected, every error at once."""

from pathlib import Path

import pytest

from commune_reports.errors import NeedsHuman
from commune_reports.plan import load_plan

REFERENCE = Path(__file__).resolve().parents[2] / "include" / "plans" / "pci-pgi-2024.yaml"


def _changed(tmp_path: Path, *changes: tuple[str, str]) -> Path:
    text = REFERENCE.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    path = tmp_path / "plan.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def _line_of(path: Path, text: str) -> int:
    return next(number for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1) if text in line)


def _said(path: Path) -> str:
    with pytest.raises(NeedsHuman) as raised:
        load_plan(path)
    message = str(raised.value)
    assert "\n" not in message
    return message


@pytest.mark.parametrize(
    ("old", "new", "marker", "words"),
    [
        ("weight: 5\n", "weight: 6\n", None, ("100", "PCI")),
        ("code: PCI-02\n", "code: PCI-01\n", None, ("PCI-01", "again")),
        ("lead: [dia-chinh-xay-dung]", "lead: [phong-khong-co]", "phong-khong-co", ("phong-khong-co",)),
        ("year: 2024", "year: hai nghìn", "year: hai", ("year",)),
        ("weight: 15", "weight: mười lăm", "mười lăm", ("weight",)),
        ("timing: continuous", "timing: sometimes", "timing: sometimes", ("continuous",)),
        ("legal_basis:", "legal_bases:", None, ("legal_bas",)),
        ("due_working_days: 2", "due_working_days: -2", "due_working_days: -2", ("due_working_days",)),
    ],
)
def test_an_error_names_its_line_and_what_was_expected(
    tmp_path: Path, old: str, new: str, marker: str | None, words: tuple[str, ...]
) -> None:
    path = _changed(tmp_path, (old, new))
    said = _said(path)
    assert "plan.yaml:" in said
    for word in words:
        assert word in said
    if marker:
        assert f"plan.yaml:{_line_of(path, marker)}" in said


def test_several_errors_are_told_at_once(tmp_path: Path) -> None:
    said = _said(_changed(tmp_path, ("year: 2024", "year: x"), ("timing: continuous", "timing: never")))
    assert "year" in said
    assert "timing" in said


@pytest.mark.parametrize("content", ["", "- a\n- b\n", "id: [unclosed\n", "\x00\x01"])
def test_a_file_that_is_no_plan_is_refused_in_one_line(tmp_path: Path, content: str) -> None:
    path = tmp_path / "plan.yaml"
    path.write_text(content)
    assert "plan.yaml" in _said(path)


def test_a_missing_file_says_which_variable_to_set(tmp_path: Path) -> None:
    assert "COMMUNE_REPORTS_PLAN" in _said(tmp_path / "nowhere.yaml")


def test_a_comment_does_not_change_the_identity_of_a_plan(tmp_path: Path) -> None:
    assert load_plan(_changed(tmp_path, ("year: 2024", "year: 2024  # a remark"))).sha256 == load_plan(REFERENCE).sha256
    changed = _changed(tmp_path, ("due_time: '17:00'", "due_time: '16:30'"))
    assert load_plan(changed).sha256 != load_plan(REFERENCE).sha256


def test_a_unit_can_be_freed_from_a_task_and_given_another_alone(tmp_path: Path) -> None:
    path = _changed(
        tmp_path,
        (
            "extra_holidays: []",
            "task_changes:\n  - {unit_code: '22492', added: [PCI-09.1], removed: [PCI-01.1]}\nextra_holidays: []",
        ),
    )
    plan = load_plan(path)
    theirs = {task.code for task in plan.tasks_of("22492")}
    others = {task.code for task in plan.tasks_of("22489")}
    assert ("PCI-01.1" in theirs, "PCI-09.1" in theirs) == (False, True)
    assert ("PCI-01.1" in others, "PCI-09.1" in others) == (True, False)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("email: xuan-son@", "email: xuân sơn@", "no e-mail address"),
        ("slug: xuan-son", "slug: ../../evil", "slug"),
        ("code: '22522'", "code: '22 522'", "digits"),
        ("name: Xuân Sơn", "name: ' '", "name is empty"),
        ("weight: 5\n", "weight: .nan\n", "expected 100"),
        ("deadline_working_days: 2", "deadline_working_days: -1", "deadline_working_days"),
        ("deadline_before: 12-20", "deadline_before: 12-16", "not after the cut-off"),
        ("year: 2024\n", "year: 2024\nyear: 2025\n", "stands here again"),
    ],
)
def test_what_would_only_fail_in_use_fails_in_the_check(tmp_path: Path, old: str, new: str, words: str) -> None:
    assert words in _said(_changed(tmp_path, (old, new)))


def test_an_hour_without_quotes_is_still_that_hour(tmp_path: Path) -> None:
    plan = load_plan(_changed(tmp_path, ("due_time: '17:00'", "due_time: 17:00")))
    assert plan.dates(plan.periods()[0]).unit_due_at.hour == 17


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (
            "valid_to: 2025-06-30, successors: ['22489'], email: van-gia",
            "successors: ['22489'], email: van-gia",
            ("valid_to",),
        ),
        (
            "slug: tu-bong, valid_from: 2025-07-01",
            "slug: tu-bong, valid_from: 2025-06-30",
            ("22498", "2025-06-30", "Vạn Long"),
        ),
        ("slug: tu-bong, valid_from: 2025-07-01", "slug: tu-bong, valid_from: 2025-07-02", ("no unit 22498 follows",)),
        ("slug: tu-bong, valid_from: 2025-07-01", "slug: tu-bong", ("22498", "expected valid_from")),
        (
            "name: Tu Bông, kind: xã, slug: tu-bong",
            "name: Tu Bông, kind: xã, slug: tu-bong, valid_to: 2020-01-01",
            ("before valid_from",),
        ),
    ],
)
def test_units_that_overlap_or_lead_nowhere_are_told(
    tmp_path: Path, old: str, new: str, words: tuple[str, ...]
) -> None:
    said = _said(_changed(tmp_path, (old, new)))
    for word in words:
        assert word in said


def test_a_plan_with_units_of_its_own_takes_no_later_units_from_the_one_it_extends(tmp_path: Path) -> None:
    _changed(tmp_path)
    path = tmp_path / "own.yaml"
    unit = "{code: '22504', name: Khác, kind: xã, slug: khac, email: khac@xa.example}"
    path.write_text(f"extends: plan.yaml\nunits:\n  - {unit}\n", encoding="utf-8")
    assert load_plan(path).later_units == ()
