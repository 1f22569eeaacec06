"""`manage.py edi_check`: what it prints, and how it ends."""

import io
import json
from pathlib import Path

import pytest
from django.core.management import call_command

from billing.edi.checks import maps
from billing.edi.writers.inquiries import write_eligibility
from records.models import DiagnosisCode
from tests.factories.edi import AT, NUMBERS, PARTNERS, claim, eligibility_inquiry, line, money, written

pytestmark = pytest.mark.django_db


@pytest.fixture
def diagnoses():
    rows = [("E119", True), ("I10", True), ("J06", False)]
    DiagnosisCode.objects.all().delete()
    DiagnosisCode.objects.bulk_create(
        DiagnosisCode(
            code=code, display=code, description="x", is_billable=is_billable, release="2025-10", search=code
        )
        for code, is_billable in rows
    )


def run(*files: Path, **options) -> tuple[int, list]:
    """The exit code and what was printed as JSON."""
    out = io.StringIO()
    try:
        call_command("edi_check", *map(str, files), "--json", stdout=out, **options)
    except SystemExit as ended:
        return ended.code, json.loads(out.getvalue())
    return 0, json.loads(out.getvalue())


def saved(folder: Path, text: str, name: str = "claims.837") -> Path:
    file = folder / name
    file.write_text(text, encoding="ascii")
    return file


def test_a_file_in_order_by_our_rules_and_by_pyx12(tmp_path, diagnoses):
    code, (found,) = run(saved(tmp_path, written(claim())))
    assert (code, found["ok"]) == (0, True)
    assert found["sets"] == [{"type": "837P", "version": "005010X222A1", "control": "0001", "findings": []}]
    assert found["pyx12"] == {"checked": "yes", "findings": []}


def test_the_clinics_lists_decide_on_codes(tmp_path, diagnoses):
    made = claim(diagnoses=("E119", "J06"), charge=money("140"), lines=(line(code="QQQQQ"),))
    code, (found,) = run(saved(tmp_path, written(made)))
    assert (code, found["ok"]) == (1, False)
    assert [(one["severity"], one["rule"]) for one in found["sets"][0]["findings"]] == [
        ("error", "diagnosis"), ("warning", "service-code"),
    ]  # fmt: skip
    assert found["sets"][0]["findings"][0]["words"] == "J06 is no billable diagnosis on 2026-03-06."


def test_what_pyx12_finds_is_an_error_of_the_file(tmp_path, diagnoses):
    file = saved(tmp_path, written(claim()).replace("*IL*62704~", "*QQ*62704~"))
    code, (found,) = run(file)
    assert (code, found["ok"]) == (1, False)
    assert found["sets"][0]["findings"] == []
    assert [one["where"] for one in found["pyx12"]["findings"]] == ["Segment 19 (N4)"]
    code, (found,) = run(file, own_rules=True)
    assert (code, found["pyx12"]) == (0, {"checked": "left out", "findings": []})


def test_it_says_what_could_not_be_checked(tmp_path, diagnoses, monkeypatch):
    asked = saved(tmp_path, write_eligibility([eligibility_inquiry()], PARTNERS, NUMBERS, AT), "asked.270")
    code, (found,) = run(asked)
    assert (code, found["pyx12"]["checked"]) == (0, "no map for 270")
    monkeypatch.setattr("billing.management.commands.edi_check.is_installed", lambda: False)
    code, (found,) = run(saved(tmp_path, written(claim())))
    assert (code, found["pyx12"]["checked"]) == (0, "not installed")
    assert maps.is_installed()


def test_a_file_that_is_none_is_refused_and_the_others_are_checked(tmp_path, diagnoses):
    code, found = run(
        saved(tmp_path, "hello", "letter.txt"), saved(tmp_path, written(claim())), tmp_path / "none.837"
    )
    assert code == 1
    assert ["refused" in one for one in found] == [True, False, True]
    assert found[1]["ok"]


def test_people_get_a_line_for_each_finding(tmp_path, diagnoses, capsys):
    file = saved(tmp_path, written(claim()).replace("CLM*A1001*165.5*", "CLM*A1001*165.6*"))
    with pytest.raises(SystemExit):
        call_command("edi_check", str(file))
    assert capsys.readouterr().out.splitlines() == [
        f"{file}: has errors (837P 0001)",
        "  error: Claim A1001: The claim is over 165.60, its lines add up to 165.50. [total]",
        "  pyx12: yes",
    ]
