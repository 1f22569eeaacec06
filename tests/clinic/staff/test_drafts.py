"""Drafts: the member's own, limited, gone after twelve hours."""

import json
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from clinic.staff.models import Draft
from clinic.staff.services.drafts import purge_drafts
from clinic.staff.tasks import purge_drafts as purge_task
from tests.factories.staff import make_member, signed_in

URL = "/session/draft/"


def save(client, key="vitals:1", fields=None, url="/visits/1/vitals/", **extra):
    body = {"key": key, "url": url, "fields": {"systolic": "128"} if fields is None else fields}
    return client.post(reverse("staff:draft"), json.dumps(body), content_type="application/json", **extra)


def read(client, key="vitals:1"):
    return client.get(URL, {"key": key})


def test_a_draft_comes_back_to_its_writer_alone(browser):
    assert save(browser).status_code == 204
    assert save(browser, fields={"systolic": "130", "note": "naïve"}).status_code == 204
    body = read(browser).json()
    assert (body["fields"], body["url"]) == ({"systolic": "130", "note": "naïve"}, "/visits/1/vitals/")
    other = signed_in(make_member("ma"))
    assert read(other).status_code == 204
    assert other.delete(URL + "?key=vitals:1").status_code == 204
    assert read(browser).status_code == 200
    assert browser.delete(URL + "?key=vitals:1").status_code == 204
    assert Draft.objects.count() == 0


def test_form_encoded_drafts_are_taken_too(browser):
    assert browser.post(URL, {"key": "a", "url": "/", "fields": '{"x": ["1", "2"]}'}).status_code == 204
    assert read(browser, "a").json()["fields"] == {"x": ["1", "2"]}


def test_secrets_and_tokens_are_never_kept(browser):
    save(
        browser,
        fields={
            "csrfmiddlewaretoken": "t",
            "password": "p",
            "pin": "1",
            "form_key": "k",
            "version": "1",
            "a": "b",
        },
    )
    assert Draft.objects.get().fields == {"a": "b"}


@pytest.mark.parametrize(
    "body", ["", "[]", "{", '{"key": "a"}', '{"key": 1, "fields": {}}', '{"key": "a", "fields": []}']
)
def test_misshapen_drafts_are_refused(browser, body):
    assert browser.post(URL, body, content_type="application/json").status_code == 400
    assert Draft.objects.count() == 0


@pytest.mark.parametrize(
    "case",
    [
        {"key": ""},
        {"key": "k" * 121},
        {"url": "/" * 301},
        {"fields": {"note": "x" * 65_537}},
        {"fields": {"note": "é" * 12_000}},
    ],
)
def test_oversized_drafts_are_refused(browser, case):
    assert save(browser, **case).status_code == 422
    assert Draft.objects.count() == 0


def test_fifty_drafts_are_enough_and_the_oldest_goes(browser):
    start = timezone.now()
    with time_machine.travel(start, tick=False) as clock:
        for n in range(51):
            clock.shift(1)
            assert save(browser, key=f"k{n}").status_code == 204
    assert set(Draft.objects.values_list("key", flat=True)) == {f"k{n}" for n in range(1, 51)}


def test_a_draft_is_gone_after_twelve_hours(browser):
    start = timezone.now()
    save(browser)
    with time_machine.travel(start + timedelta(hours=11, minutes=59), tick=False):
        assert purge_drafts() == 0
    with time_machine.travel(start + timedelta(hours=12, minutes=1), tick=False):
        fresh = signed_in(make_member("ma"))
        save(fresh, key="new")
        purge_task()
        purge_task()
        assert list(Draft.objects.values_list("key", flat=True)) == ["new"]


def test_an_old_draft_is_not_offered_even_before_it_is_purged(browser, ma):
    save(browser)
    Draft.objects.update(saved_at=timezone.now() - timedelta(hours=12, seconds=1))
    assert read(browser).status_code == 204


def test_the_draft_outlives_lock_and_switch(browser, ma):
    save(browser)
    browser.post(reverse("staff:switch"))
    assert read(signed_in(ma)).json()["fields"] == {"systolic": "128"}
