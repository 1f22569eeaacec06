"""What a page offers to send: its forms, read from the HTML as a browser would."""

from __future__ import annotations

import copy
from contextlib import contextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from django.db import transaction


@dataclass
class Form:
    """One POST form: the path it goes to and every value that an untouched form would send."""

    path: str
    values: dict[str, list[str]] = field(default_factory=dict)
    typed: set[str] = field(default_factory=set)
    files: set[str] = field(default_factory=set)


class _Reader(HTMLParser):
    def __init__(self, path: str):
        super().__init__()
        self.path, self.forms, self.form = path, [], None
        self.select = self.area = ""

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag == "form":
            target = given.get("action") or given.get("hx-post") or self.path
            is_post = (given.get("method") or "").lower() == "post" or "hx-post" in given
            self.form = Form(urlsplit(urljoin(self.path, target)).path) if is_post else None
            self.forms += [self.form] if self.form else []
        elif self.form is None:
            return
        elif tag == "input" and given.get("name"):
            self._input(given["name"], given)
        elif tag == "select":
            self.select = given.get("name") or ""
            self.form.values.setdefault(self.select, [])
        elif tag == "option" and self.select:
            chosen = self.form.values[self.select]
            if "selected" in given or not chosen or not chosen[0]:
                chosen[:] = [given.get("value") or ""]
        elif tag == "textarea" and given.get("name"):
            self.area = given["name"]
            self.form.values[self.area] = [""]
            self.form.typed.add(self.area)

    def _input(self, name, given):
        kind, value = (given.get("type") or "text"), given.get("value") or ""
        if kind in {"submit", "button", "image"}:
            return
        if kind == "file":
            self.form.files.add(name)
        elif kind in {"radio", "checkbox"}:
            if kind == "radio" or "checked" in given:
                self.form.values[name] = [value or "on"]
        else:
            self.form.values[name] = [value]
            if kind != "hidden":
                self.form.typed.add(name)

    def handle_endtag(self, tag):
        if tag == "form":
            self.form = None
        elif tag == "select":
            self.select = ""
        elif tag == "textarea":
            self.area = ""

    def handle_data(self, data):
        if self.form is not None and self.area:
            self.form.values[self.area][0] += data


def forms_on(path: str, html: str) -> list[Form]:
    """The POST forms of the page at `path`."""
    reader = _Reader(path)
    reader.feed(html)
    return reader.forms


@contextmanager
def taken_back(client):
    """Whatever the requests inside write is taken back, the browser's cookies included: signing out is a form too."""
    cookies = copy.deepcopy(client.cookies)
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    client.cookies = cookies


def undone(client, method: str, path: str, data: dict, **options):
    """The answer to one request, after which the next one finds clinic and browser as they were."""
    with taken_back(client):
        response = getattr(client, method)(path, data, **options)
        if response.streaming:
            b"".join(response)
    return response
