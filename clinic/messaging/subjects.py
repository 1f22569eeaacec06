"""What messages are about, as the apps above register it. Messaging knows no appointments, only subjects.

A subject is written `kind:id`. Its app says, at the moment of sending, whether the message still makes
sense, and acts when the patient answers.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.urls import reverse

from clinic.core.errors import Refused

UNKNOWN = "Nobody knows what this message is about."
# (subject id, message) -> None when the message may leave, else the reason why not
Check = Callable[[str, Any], str | None]
# [(subject id, message)] -> the same answers in the same order, in a few statements for all
CheckMany = Callable[[list[tuple[str, Any]]], list[str | None]]
# (by, subject id, meaning, reply) -> (template code of the answer or "", what was done in words)
OnReply = Callable[..., tuple[str, str]]


@dataclass(frozen=True)
class Subject:
    """One registered kind. `link_url_name` is a public page that takes the token of a message."""

    kind: str
    check: Check
    on_reply: OnReply | None = None
    link_url_name: str = ""
    page_url_name: str = ""
    check_many: CheckMany | None = None
    # The task of the subject's app that acts on what automated calls came to.
    settle_task: str = ""


_subjects: dict[str, Subject] = {}


def register_subject(
    kind: str,
    *,
    check: Check,
    on_reply: OnReply | None = None,
    link_url_name: str = "",
    page_url_name: str = "",
    check_many: CheckMany | None = None,
    settle_task: str = "",
) -> None:
    """Registers a kind of subject, from `AppConfig.ready()`. The same kind again replaces it. `check_many`
    answers for a whole chunk at once; without it each message is asked about by itself. `settle_task` is woken
    when an automated call about such a subject came to something."""
    _subjects[kind] = Subject(kind, check, on_reply, link_url_name, page_url_name, check_many, settle_task)


def subject_of(reference: str) -> tuple[Subject | None, str]:
    """The registered subject and id of `kind:id`; None for no subject or a kind that nobody registered."""
    kind, _, subject_id = reference.partition(":")
    return _subjects.get(kind), subject_id


def why_not(reference: str, message: Any) -> str | None:
    """Why a message about this subject may not leave now; None when it may."""
    if not reference:
        return None
    subject, subject_id = subject_of(reference)
    if subject is None:
        return UNKNOWN
    return subject.check(subject_id, message)


def why_not_many(messages: list) -> dict[Any, str | None]:
    """For each message, by its key, why it may not leave now; None when its subject lets it."""
    found: dict[Any, str | None] = {}
    by_kind: dict[str, list[tuple[str, Any]]] = {}
    for message in messages:
        if message.subject:
            kind, _, subject_id = message.subject.partition(":")
            by_kind.setdefault(kind, []).append((subject_id, message))
        else:
            found[message.pk] = None
    for kind, asked in by_kind.items():
        subject = _subjects.get(kind)
        if subject is None:
            answers = [UNKNOWN] * len(asked)
        elif subject.check_many is not None:
            answers = subject.check_many(asked)
        else:
            answers = [subject.check(subject_id, message) for subject_id, message in asked]
        found.update({message.pk: answer for (_, message), answer in zip(asked, answers, strict=True)})
    return found


def link_for(reference: str, token: str) -> str:
    """The public address by which the patient answers, or an empty text when the subject has none."""
    subject, _ = subject_of(reference)
    if subject is None or not subject.link_url_name:
        return ""
    return settings.PUBLIC_URL.rstrip("/") + reverse(subject.link_url_name, args=[token])


def page_of_subject(reference: str) -> str:
    """The address of the page that staff see the subject on; empty when it has none."""
    subject, subject_id = subject_of(reference)
    if subject is None or not subject.page_url_name:
        return ""
    return reverse(subject.page_url_name, args=[subject_id])


def answer(*, by, reference: str, meaning: str, reply: Any) -> tuple[str, str]:
    """Lets the subject's app act on a reply. Refuses what the app refuses, and a subject without answers."""
    subject, subject_id = subject_of(reference)
    if subject is None or subject.on_reply is None:
        raise Refused("There is nothing to answer.")
    return subject.on_reply(by=by, subject_id=subject_id, meaning=meaning, reply=reply)
