"""Answers in the kind that the request asked for."""

import json

import pytest
from django.contrib.messages import get_messages
from django.contrib.messages.storage.cookie import CookieStorage
from django.test import RequestFactory

from clinic.core import patience
from clinic.core.errors import Conflict
from clinic.ui import responses
from clinic.ui.errors import error_page, outage_page

HTMX = {"HX-Request": "true"}
DIALOG = HTMX | {"X-Clinic-Dialog": "1"}


def request_with(headers=None, method="post"):
    request = getattr(RequestFactory(), method)("/somewhere/", headers=headers or {})
    request._messages = CookieStorage(request)
    return request


@pytest.mark.parametrize(
    ("headers", "layout"),
    [
        ({}, "layouts/app.html"),
        (HTMX, "layouts/fragment.html"),
        (DIALOG, "layouts/dialog.html"),
        ({"X-Clinic-Dialog": "1"}, "layouts/dialog.html"),
        (HTMX | {"HX-Boosted": "true"}, "layouts/app.html"),
        (HTMX | {"HX-History-Restore-Request": "true"}, "layouts/app.html"),
    ],
)
def test_layout_fits_the_request(headers, layout):
    assert responses.layout_for(request_with(headers)) == layout


def test_saved_redirects_a_plain_request_with_the_message_and_its_undo():
    request = request_with()
    answer = responses.saved(request, "Booked", to="/day/", refresh=("board",), undo="/undo/")
    assert (answer.status_code, answer["Location"]) == (302, "/day/")
    [message] = get_messages(request)
    assert (message.message, message.extra_tags) == ("Booked", "undo=/undo/")


def test_saved_in_a_dialog_closes_it_and_refreshes():
    answer = responses.saved(
        request_with(DIALOG), "Booked for José", to="/day/", refresh=("board", "visits"), undo="/undo/"
    )
    assert answer.status_code == 204
    assert answer["HX-Trigger"].isascii()
    assert json.loads(answer["HX-Trigger"]) == {
        "clinic:saved": {"message": "Booked for José", "tone": "done", "undo": "/undo/"},
        "refresh-board": {},
        "refresh-visits": {},
    }
    assert "HX-Redirect" not in answer


def test_saved_without_anything_to_refresh_moves_on():
    request = request_with(DIALOG)
    answer = responses.saved(request, "Booked", to="/day/")
    assert (answer.status_code, answer["HX-Redirect"]) == (204, "/day/")
    assert [m.message for m in get_messages(request)] == ["Booked"]


def test_saved_from_the_form_of_a_whole_page_moves_on_even_with_refreshes():
    answer = responses.saved(
        request_with(HTMX | {"X-Clinic-Page": "1"}), "Booked", to="/day/", refresh=("board",)
    )
    assert (answer.status_code, answer["HX-Redirect"]) == (204, "/day/")
    assert "HX-Trigger" not in answer


def test_refused_says_why_and_swaps_nothing():
    answer = responses.refused(request_with(HTMX), Conflict("Room 2 was taken."), refresh=("board",))
    assert (answer.status_code, answer["HX-Reswap"], answer.content) == (409, "none", b"")
    assert json.loads(answer["HX-Trigger"]) == {
        "clinic:toast": {"message": "Room 2 was taken.", "tone": "danger"},
        "refresh-board": {},
    }


def test_refused_without_scripts_goes_back_with_the_words():
    request = request_with()
    answer = responses.refused(request, Conflict("Room 2 was taken."), to="/flow/")
    assert (answer.status_code, answer["Location"]) == (302, "/flow/")
    assert [(m.message, m.level_tag) for m in get_messages(request)] == [("Room 2 was taken.", "error")]


def test_a_board_is_left_alone_while_its_version_stands():
    request = request_with(HTMX | {"X-Board-Version": "7"}, "get")
    answer = responses.board(request, "components/messages.html", {}, 7)
    assert (answer.status_code, answer.content, answer["X-Board-Version"]) == (204, b"", "7")


def test_a_board_comes_again_with_its_new_version():
    request = request_with(HTMX | {"X-Board-Version": "7"}, "get")
    answer = responses.board(request, "components/empty.html", {"title": "Nobody waits", "icon": "users"}, 8)
    assert (answer.status_code, answer["X-Board-Version"]) == (200, "8")
    assert b"Nobody waits" in answer.content


def test_a_whole_page_is_never_answered_204():
    request = request_with({"X-Board-Version": "7"}, "get")
    assert responses.board(request, "components/messages.html", {}, 7).status_code == 200


@pytest.mark.parametrize("status", [400, 403, 404, 409, 422, 423, 429, 500, 503, 507])
def test_error_pages_stand_without_database_or_session(status):
    page = error_page(RequestFactory().get("/x/"), status)
    assert page.status_code == status
    assert b"<h1" in page.content
    assert b"data-error-words" in page.content


def test_a_write_that_fails_in_a_fragment_is_a_toast():
    page = error_page(RequestFactory().post("/x/", headers=HTMX), 403)
    assert (page.status_code, page["HX-Reswap"], page.content) == (403, "none", b"")
    assert json.loads(page["HX-Trigger"])["clinic:toast"]["tone"] == "danger"


def test_a_part_that_cannot_be_loaded_says_nothing_about_changes():
    page = error_page(RequestFactory().get("/x/", headers=HTMX), 500)
    assert (page.status_code, page["HX-Reswap"], page.content) == (500, "none", b"")
    assert "HX-Trigger" not in page


def test_an_error_in_a_dialog_is_words_in_the_dialog():
    page = error_page(RequestFactory().get("/x/", headers=DIALOG), 404, words="No such <visit>.")
    assert b'<div class="dialog-frame"' in page.content
    assert b"No such &lt;visit&gt;." in page.content
    assert b"<!doctype" not in page.content


def test_a_form_in_a_dialog_outlives_a_failing_server():
    page = error_page(RequestFactory().post("/x/", headers=DIALOG), 503)
    assert (page["HX-Reswap"], page.content) == ("none", b"")
    assert "Nothing was changed" in json.loads(page["HX-Trigger"])["clinic:toast"]["message"]
    refused = error_page(RequestFactory().post("/x/", headers=DIALOG), 403)
    assert b'<div class="dialog-frame"' in refused.content


@pytest.mark.parametrize(
    ("method", "is_work_done", "words"),
    [
        ("post", False, "Nothing was changed"),
        ("post", True, "may or may not have been saved"),
        ("get", True, "Nothing was changed"),
    ],
)
def test_an_outage_says_nothing_was_changed_only_where_that_is_known(method, is_work_done, words):
    _, token = patience.begin()
    try:
        if is_work_done:
            patience.work_is_done()
        page = outage_page(getattr(RequestFactory(), method)("/x/"))
    finally:
        patience.end(token)
    assert (page.status_code, page["Retry-After"]) == (503, "5")
    assert words in page.content.decode()


def test_an_overload_says_when_to_come_back():
    assert error_page(RequestFactory().get("/x/"), 503, retry_after=5)["Retry-After"] == "5"
