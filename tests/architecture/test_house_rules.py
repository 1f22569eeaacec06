"""Rules of the house that no single app can watch over."""

import ast
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings

from clinic.celery import app
from clinic.core.refs import PATIENT

ROOT = Path(settings.BASE_DIR)
OURS = ("clinic", "scheduling", "records", "billing", "inventory")
SHARED = {"core", "ui", "audit", "files", "messaging", "staff", "inbox", "inventory"}


def python_files() -> list[Path]:
    return [p for app in OURS for p in (ROOT / app).rglob("*.py") if "migrations" not in p.parts]


def models_of_ours():
    return [m for m in apps.get_models() if m.__module__.split(".")[0] in OURS]


def test_the_patient_is_the_only_upward_reference():
    upward = set()
    for model in models_of_ours():
        if model._meta.app_label not in SHARED:
            continue
        for field in model._meta.get_fields():
            target = getattr(field, "related_model", None)
            if target is None or field.auto_created or not hasattr(target, "_meta"):
                continue
            if target._meta.app_label in {"records", "scheduling", "billing", "desk"}:
                upward.add(target._meta.label)
    assert upward <= {PATIENT}


def test_nothing_writes_with_signals():
    # A model field's own method `pre_save` (what it writes, such as the time of the change) is no signal.
    wired = [
        str(path.relative_to(ROOT))
        for path in python_files()
        if re.search(r"(?<!\bfield\.)\b(pre|post)_(save|delete)\b|m2m_changed", path.read_text())
    ]
    assert wired == []


def test_tasks_have_names_of_their_app_and_plain_arguments():
    app.loader.import_default_modules()
    ours = {name: task for name, task in app.tasks.items() if not name.startswith("celery.")}
    assert ours
    for name in ours:
        assert re.fullmatch(r"[a-z_]+\.[a-z_]+", name), name


def test_every_scheduled_task_exists():
    app.loader.import_default_modules()
    missing = [e["task"] for e in settings.CELERY_BEAT_SCHEDULE.values() if e["task"] not in app.tasks]
    assert missing == []


def test_services_are_keyword_only():
    wrong = []
    for path in python_files():
        if "services" not in path.parts and path.name != "workflows.py":
            continue
        for node in ast.parse(path.read_text()).body:
            if not isinstance(node, ast.FunctionDef):
                continue
            if not any(isinstance(d, ast.Name) and d.id == "service" for d in node.decorator_list):
                continue
            if node.args.args:
                wrong.append(f"{path.relative_to(ROOT)}:{node.name}")
    assert wrong == []


def test_constraint_messages_are_sentences():
    for model in models_of_ours():
        for constraint in model._meta.constraints:
            text = str(constraint.violation_error_message)
            if text != str(constraint.default_violation_error_message):
                assert text[0].isupper() or not text[0].isalpha(), text
                assert text.endswith("."), text


@pytest.mark.parametrize("pattern", [r"\.objects\.raw\(", r"mark_safe\(.*%", r"shell=True", r"pickle\."])
def test_dangerous_calls_stay_out(pattern):
    found = [str(p.relative_to(ROOT)) for p in python_files() if re.search(pattern, p.read_text())]
    assert found == []


def test_no_unfinished_work_is_left_in_the_code():
    words = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X)\b|coming soon|lorem ipsum", re.IGNORECASE)
    files = python_files() + [
        p for folder in ("templates", "static", "docs") for p in (ROOT / folder).rglob("*") if p.is_file()
    ]
    readable = [p for p in files if p.suffix in {".py", ".html", ".js", ".css", ".txt", ".md"}]
    assert [str(p.relative_to(ROOT)) for p in readable if words.search(p.read_text())] == []
