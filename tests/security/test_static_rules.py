"""Rules that are read in the source: what a later change must not bring in, without anybody having to attack it."""

import ast
import json
import re
from importlib import metadata
from pathlib import Path

import pytest
from django import forms as django_forms
from django.apps import apps
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
OURS = ("clinic", "scheduling", "records", "billing", "inventory")
# Code that a request or a task can reach; the launcher, the demo and commands are started by an operator.
OUTSIDE = ("clinic/runtime", "clinic/demo", "clinic/env.py", "management/commands", "migrations")


def web_files() -> list[Path]:
    found = [path for app in OURS for path in (ROOT / app).rglob("*.py")]
    return [path for path in found if not any(part in path.as_posix() for part in OUTSIDE)]


def name_of(node: ast.expr) -> str:
    """ "a.b.c" for the expression that names it."""
    if isinstance(node, ast.Attribute):
        return f"{name_of(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def calls(path: Path) -> list[tuple[str, ast.Call]]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [(name_of(n.func), n) for n in ast.walk(tree) if isinstance(n, ast.Call)]


def where(path: Path, node: ast.AST) -> str:
    return f"{path.relative_to(ROOT)}:{node.lineno}"


def is_constant(node: ast.expr) -> bool:
    try:
        ast.literal_eval(node)
    except ValueError:
        return False
    return True


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


FORBIDDEN = {
    "eval", "exec", "compile", "__import__", "os.system", "os.popen", "os.execv", "pickle.loads", "marshal.loads",
    "yaml.load", "input", "print", "breakpoint", "tempfile.mktemp", "random.choice",
}  # fmt: skip


def test_nothing_that_a_request_reaches_runs_code_or_a_shell():
    wrong = [where(path, node) for path in web_files() for name, node in calls(path) if name in FORBIDDEN]
    assert wrong == []


def test_nothing_that_a_request_reaches_starts_a_process_or_unpickles():
    bad = {"subprocess", "pickle", "shelve", "marshal", "dill", "ctypes", "telnetlib", "ftplib"}
    wrong = {
        str(path.relative_to(ROOT)): sorted(imports(path) & bad)
        for path in web_files()
        if imports(path) & bad and "gateways" not in path.parts
    }
    # Backups are made by a command and by beat's task, with argument lists of their own, never for a request.
    assert wrong == {
        f"clinic/backup/{name}.py": ["subprocess"]
        for name in ("programs", "services/make", "services/verify")
    }


def test_no_page_can_start_a_backup():
    """Its programs run from the worker and the command line; pages read only what became of them."""
    used = {
        module
        for path in web_files()
        if "clinic/backup" not in path.as_posix()
        for module in imports(path)
        if module.startswith("clinic.backup")
    }
    assert {module.split(".")[2] for module in used} <= {"queries"}
    assert not (ROOT / "clinic" / "backup" / "views.py").exists()


def test_only_the_gateways_talk_to_other_hosts():
    bad = {"requests", "urllib3", "httpx", "http.client", "urllib.request", "socket", "smtplib", "aiohttp"}
    reaching = {path.relative_to(ROOT).as_posix() for path in web_files() if imports(path) & bad}
    allowed = (
        "billing/clearinghouse/http.py",
        "clinic/messaging/gateways/",
        "clinic/staff/services/mail.py",
        "clinic/core/health.py",
        "clinic/core/logs.py",
    )
    assert [path for path in sorted(reaching) if not path.startswith(allowed)] == []


def test_sql_is_never_put_together_from_what_a_request_brings():
    """No raw() or RawSQL anywhere, extra() of constants only; cursors only below the views."""
    wrong = [
        where(path, node)
        for path in web_files()
        for name, node in calls(path)
        if name.endswith(".raw")
        or name.split(".")[-1] == "RawSQL"
        or (name.endswith(".extra") and not all(is_constant(k.value) for k in node.keywords))
    ]
    assert wrong == []
    in_views = [
        str(path.relative_to(ROOT))
        for path in web_files()
        if ("views" in path.parts or path.stem.endswith("views")) and ".cursor(" in path.read_text()
    ]
    assert in_views == []


def test_views_find_rows_through_queries_not_by_an_id_alone():
    """`X.objects.get(pk=...)` raises instead of answering 404, and is where a scope is forgotten."""
    allowed = {
        "clinic/staff/views/password.py",  # the member
        "scheduling/views/outreach_settings.py",  # these two after a save
        "scheduling/views/setup.py",
    }
    wrong = [
        where(path, node)
        for path in web_files()
        if "views" in path.parts and path.relative_to(ROOT).as_posix() not in allowed
        for name, node in calls(path)
        if name.endswith(".objects.get") and any(k.arg in {"pk", "id"} for k in node.keywords)
    ]
    assert wrong == []


def test_a_session_knows_no_current_patient():
    """Two tabs show two patients: who a page is about stands in its address alone."""
    writing = {
        path.relative_to(ROOT).as_posix()
        for path in web_files()
        if re.search(r"\.session\[[^\]]+\]\s*=", path.read_text())
    }
    assert writing == {"clinic/staff/services/sessions.py"}


def test_only_the_phone_provider_s_addresses_take_posts_without_a_token():
    exempt = {p.relative_to(ROOT).as_posix() for p in web_files() if "csrf_exempt" in p.read_text()}
    assert exempt == {"clinic/inbox/views/hooks.py", "clinic/inbox/views/voice_hooks.py"}


def test_html_is_made_by_templates_and_the_design_system_alone():
    making = {
        path.relative_to(ROOT).as_posix()
        for path in web_files()
        if re.search(r"mark_safe|SafeString\(|html_safe", path.read_text())
    }
    assert making <= {
        "clinic/ui/charts.py",
        "clinic/ui/icons.py",
        "clinic/ui/markup.py",
        "clinic/ui/sparklines.py",
        "clinic/ui/templatetags/ui.py",
    }
    loose = re.compile(
        r"\|\s*safe\b|\|\s*safeseq|autoescape\s+off|javascript:|<script(?![^>]*\bsrc=)|\son\w+=\""
    )
    wrong = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "templates").rglob("*.html")
        if loose.search(path.read_text())
    ]
    assert wrong == []


def test_log_lines_are_constant_words():
    """What varies goes into `extra`, of which clinic.core.logs keeps an allow-list."""
    wrong = []
    for path in web_files():
        for name, node in calls(path):
            if not re.fullmatch(r"log(ger)?\.(debug|info|warning|error|exception|critical)", name):
                continue
            first = node.args[0] if node.args else None
            varies = [a for a in node.args[1:] if not (isinstance(a, (ast.Attribute, ast.Name)))]
            if not isinstance(first, ast.Constant) or varies:
                wrong.append(where(path, node))
    assert wrong == []
    naming = {
        where(path, node): [ast.unparse(arg) for arg in node.args[1:]]
        for path in web_files()
        for name, node in calls(path)
        if name.startswith("log.") and len(node.args) > 1
    }
    assert {tuple(values) for values in naming.values()} <= {("panel.name", "slot"), ("url_name",)}


def all_forms() -> list[type[django_forms.BaseForm]]:
    import importlib

    for path in web_files():
        if "forms" in path.as_posix():
            importlib.import_module(path.relative_to(ROOT).with_suffix("").as_posix().replace("/", "."))

    def below(cls):
        return {cls, *(inner for one in cls.__subclasses__() for inner in below(one))}

    return [c for c in below(django_forms.BaseForm) if c.__module__.split(".")[0] in OURS]


def test_model_forms_name_their_fields_and_none_that_decides_about_access():
    never = {"is_superuser", "is_staff", "roles", "password", "pin_hash", "permission_epoch", "signed_by"}
    wrong = {}
    for form in all_forms():
        meta = getattr(form, "_meta", None)
        if meta is None or getattr(meta, "model", None) is None:
            continue
        if meta.fields in (None, "__all__") or meta.exclude or never & set(meta.fields):
            wrong[form.__name__] = meta.fields
    assert wrong == {}
    assert len(all_forms()) > 40


def test_scripts_run_no_text_and_keep_nothing():
    """innerHTML takes what our own server rendered, or a constant; nothing goes into the browser's storage."""
    bad = re.compile(
        r"\beval\(|new Function|document\.write|outerHTML\s*=|insertAdjacentHTML|localStorage|indexedDB|"
        r"sessionStorage\.setItem|document\.cookie|(?:window|parent|opener|top)\.postMessage|importScripts|serviceWorker|\bcaches\."
    )
    inner = re.compile(r"innerHTML\s*=\s*(.+?);")
    wrong = []
    for path in (ROOT / "static" / "js").rglob("*.js"):
        text = path.read_text()
        wrong += [f"{path.name}: {found.group()}" for found in bad.finditer(text)]
        wrong += [
            f"{path.name}: {found.group()}"
            for found in inner.finditer(text)
            if found[1] not in {"await response.text()", "html.trim()"}
            and not re.fullmatch(r"'[^'+`]*'", found[1])
        ]
    assert wrong == []


class TestDependencies:
    """What is installed is what the locks name, and every lock names hashes."""

    def locked(self, name: str) -> dict[str, str]:
        text = (ROOT / "requirements" / name).read_text()
        blocks = re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^ \\;]+)((?:.*\\\n)*.*)", text, re.M)
        assert blocks
        without = [package for package, _, rest in blocks if "--hash=sha256:" not in rest]
        assert without == []
        return {re.sub(r"[-_.]+", "-", package).lower(): version for package, version, _ in blocks}

    @pytest.mark.parametrize("name", sorted(p.name for p in (ROOT / "requirements").glob("*.txt")))
    def test_every_python_package_is_pinned_with_hashes(self, name):
        text = (ROOT / "requirements" / name).read_text()
        loose = [
            line
            for line in text.splitlines()
            if line and not line.startswith((" ", "#", "--hash")) and "==" not in line
        ]
        assert loose == []
        assert len(self.locked(name)) > (3 if name == "x12.txt" else 20)

    def test_installed_is_what_is_locked(self):
        wrong = {}
        for package, version in self.locked("dev.txt").items():
            try:
                found = metadata.version(package)
            except metadata.PackageNotFoundError:
                continue  # for another platform or Python
            if found != version:
                wrong[package] = (version, found)
        assert wrong == {}

    def test_every_front_end_package_is_pinned_with_its_checksum(self):
        lock = json.loads((ROOT / "package-lock.json").read_text())
        packages = {name: p for name, p in lock["packages"].items() if name}
        assert packages
        assert [
            name for name, p in packages.items() if not p.get("integrity", "").startswith("sha512-")
        ] == []


def test_answers_of_the_broker_and_sessions_are_json():
    assert settings.CELERY_ACCEPT_CONTENT == ["json"]
    assert settings.CELERY_TASK_SERIALIZER == "json"
    assert settings.SESSION_SERIALIZER == "django.contrib.sessions.serializers.JSONSerializer"
    assert {c["BACKEND"] for c in settings.CACHES.values()} == {
        "django.core.cache.backends.locmem.LocMemCache"
    }
    assert not apps.is_installed("django.contrib.admin")
    assert settings.DEBUG is False
