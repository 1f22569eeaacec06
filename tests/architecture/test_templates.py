"""Nothing inline: the content security policy would drop it, and nobody would notice on a quiet day."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import get_template

from clinic.ui import icons

ROOT = Path(settings.BASE_DIR)
TEMPLATES = sorted(path for path in (ROOT / "templates").rglob("*.html"))
SCRIPTS = sorted((ROOT / "static" / "js").rglob("*.js"))
NAMES = [str(path.relative_to(ROOT / "templates")) for path in TEMPLATES]
# Mail programs know no other way; their templates are sent, never served.
MAILS = {"layouts/email.html"}

INLINE = {
    "a style attribute": re.compile(r"<[a-z][^>]*\sstyle\s*=", re.IGNORECASE),
    "a style element": re.compile(r"<style\b", re.IGNORECASE),
    "an event handler": re.compile(r"<[a-z][^>]*\son[a-z]+\s*=\s*[\"']", re.IGNORECASE),
    "an htmx handler": re.compile(r"\shx-on\b|\shx-(?:vals|headers|vars)\s*=\s*[\"']js:"),
    "a javascript address": re.compile(r"javascript:", re.IGNORECASE),
    "an inline script": re.compile(r"<script\b(?![^>]*\bsrc=)", re.IGNORECASE),
    "an address of another site": re.compile(
        r"<(?:script|link|img)\b[^>]*(?:src|href)\s*=\s*[\"'](?:https?:)?//"
    ),
}


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_inline(name):
    source = (ROOT / "templates" / name).read_text()
    found = [what for what, pattern in INLINE.items() if pattern.search(source) and name not in MAILS]
    assert found == []


@pytest.mark.parametrize("name", NAMES)
def test_templates_compile_and_stay_small(name):
    get_template(name)
    assert len((ROOT / "templates" / name).read_text().splitlines()) < 150


def test_every_icon_exists():
    wanted = {
        (name, str(path.relative_to(ROOT)))
        for path in TEMPLATES
        for name in re.findall(r"{%\s*icon\s+[\"']([^\"']+)[\"']", path.read_text())
    }
    assert wanted
    assert sorted((name, where) for name, where in wanted if not icons.exists(name)) == []


def test_every_script_and_style_that_a_template_names_exists():
    missing = [
        (str(path.relative_to(ROOT)), asset)
        for path in TEMPLATES
        for asset in re.findall(r"{%\s*static\s+[\"']([^\"']+)[\"']", path.read_text())
        if not asset.startswith("vendor/") and not (ROOT / "static" / asset).is_file()
    ]
    assert missing == []


@pytest.mark.parametrize("path", SCRIPTS, ids=[str(path.relative_to(ROOT / "static")) for path in SCRIPTS])
def test_scripts_keep_nothing_in_the_browser_and_run_no_text(path):
    source = path.read_text()
    assert not re.search(r"\b(localStorage|sessionStorage|indexedDB|caches)\b(?!\.removeItem\()", source)
    assert not re.search(r"\beval\(|new Function\(|\.style\.|setAttribute\(\s*[\"']style", source)


@pytest.mark.parametrize("path", SCRIPTS, ids=[str(path.relative_to(ROOT / "static")) for path in SCRIPTS])
def test_scripts_import_what_exists(path):
    for target in re.findall(r"(?:from|import)\s+[\"'](\.[^\"']+)[\"']", path.read_text()):
        assert (path.parent / target).resolve().is_file(), target
