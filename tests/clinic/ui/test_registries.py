"""Navigation and panels: who sees what, and that every address exists."""

from types import SimpleNamespace

import pytest
from django.test import RequestFactory
from django.urls import NoReverseMatch, reverse

from clinic.ui import nav, panels
from clinic.ui.paging import page_of

ANY = "00000000-0000-7000-8000-000000000000"


def actor(*permissions):
    return SimpleNamespace(can=lambda permission: permission in permissions)


@pytest.fixture
def empty_registries(monkeypatch):
    monkeypatch.setattr(nav, "_places", {})
    monkeypatch.setattr(panels, "_panels", {})


@pytest.mark.usefixtures("empty_registries")
def test_the_bar_shows_what_a_role_may_open_in_order():
    nav.register(label="Guide", url_name="ui:guide", icon="book", permission="a", order=2, key="g")
    nav.register(label="Theme", url_name="ui:theme", icon="sun", permission="b", order=1)
    assert [link.label for link in nav.links(actor("a", "b"), "/")] == ["Theme", "Guide"]
    assert [link.label for link in nav.links(actor("a"), "/")] == ["Guide"]
    assert nav.links(actor(), "/") == []
    assert nav.links(None, "/") == []


@pytest.mark.usefixtures("empty_registries")
@pytest.mark.parametrize(
    ("path", "is_current"),
    [("/ui/guide/", True), ("/ui/guide/x/", True), ("/ui/", False), ("/ui/guidelines/", False)],
)
def test_the_current_place_is_the_one_whose_address_the_path_starts_with(path, is_current):
    nav.register(label="Guide", url_name="ui:guide", icon="book")
    [link] = nav.links(actor(), path)
    assert link.is_current is is_current


@pytest.mark.usefixtures("empty_registries")
def test_registering_again_replaces():
    for title in ("One", "Two"):
        panels.register(slot="home", name="x", title=title, url_name="ui:guide")
    assert [panel.title for panel in panels.registered("home")] == ["Two"]


@pytest.mark.usefixtures("empty_registries")
def test_panels_are_limited_by_permission_and_ordered():
    panels.register(slot="home", name="b", title="B", url_name="ui:guide", order=2)
    panels.register(slot="home", name="a", title="A", url_name="ui:theme", permission="p", order=1)
    panels.register(slot="other", name="c", title="C", url_name="ui:guide")
    assert [(panel.name, url) for panel, url in panels.permitted("home", actor("p"))] == [
        ("a", "/ui/theme/"),
        ("b", "/ui/guide/"),
    ]
    assert [panel.name for panel, _ in panels.permitted("home", actor())] == ["b"]


def test_every_registered_place_has_an_address_and_keys_are_unique():
    for place in nav.places():
        reverse(place.url_name)
    keys = [place.key for place in nav.places() if place.key]
    assert len(keys) == len(set(keys))


def test_every_registered_panel_has_an_address():
    for panel in panels.registered():
        takes = 0 if panel.slot in {"home", "patients.page", "me.page", "manager.day"} else 1
        try:
            reverse(panel.url_name, args=[ANY] * takes)
        except NoReverseMatch as error:  # names the panel, not only the view
            pytest.fail(f"{panel.slot}/{panel.name}: {error}")


@pytest.mark.parametrize(
    ("query", "rows", "number", "has_next"),
    [
        ("", [0, 1, 2], 1, True),
        ("?page=2", [3, 4, 5], 2, True),
        ("?page=3", [6], 3, False),
        ("?page=x", [0, 1, 2], 1, True),
        ("?page=-1", [0, 1, 2], 1, True),
    ],
)
def test_a_page_knows_whether_there_is_a_next_one_without_counting(query, rows, number, has_next):
    page = page_of(RequestFactory().get(f"/{query}"), list(range(7)), size=3)
    assert (list(page), page.number, page.has_next, page.has_previous) == (rows, number, has_next, number > 1)
