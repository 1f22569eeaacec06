"""What narrows a search for openings: steps in the same visit, parts of the day, weekdays, other locations."""

from __future__ import annotations

from dataclasses import dataclass

from django import forms
from django.http import QueryDict

from scheduling.forms.fields import Plain
from scheduling.models import WEEKDAYS, VisitType
from scheduling.queries.settings import visit_types
from scheduling.rules.day_parts import DayPart, TimeWishes


def addable_kinds() -> list[VisitType]:
    """Kinds of visit that can be a step of another one."""
    return [kind for kind in visit_types() if kind.add_on]


@dataclass(frozen=True)
class Asked:
    """What a dialog asks for so far; anything unknown in it is left out, so that it can be read at any time."""

    add_ons: tuple[VisitType, ...] = ()
    wishes: TimeWishes = TimeWishes()
    is_anywhere: bool = False

    @classmethod
    def of(cls, data: QueryDict | dict) -> Asked:
        """From what was sent; a form that was not sent yet asks for nothing."""
        if not isinstance(data, QueryDict):
            return cls()
        steps = set(data.getlist("add_ons"))
        days = {int(one) for one in data.getlist("weekday") if one in WEEKDAY_KEYS}
        parts = {DayPart(one) for one in data.getlist("part") if one in set(DayPart)}
        return cls(
            add_ons=tuple(kind for kind in addable_kinds() if str(kind.pk) in steps),
            wishes=TimeWishes(frozenset(days), frozenset(parts)),
            is_anywhere=bool(data.get("anywhere")),
        )


WEEKDAY_KEYS = {str(number) for number in range(7)}


class SearchFields(Plain):
    """Boxes of the booking dialog; none ticked leaves everything open."""

    add_ons = forms.MultipleChoiceField(required=False, label="Also in this visit")
    weekday = forms.MultipleChoiceField(
        required=False,
        label="Weekdays",
        choices=[(str(number), name[:3]) for number, name in enumerate(WEEKDAYS)],
    )
    part = forms.MultipleChoiceField(
        required=False, label="Time of day", choices=[(one.value, one.value.capitalize()) for one in DayPart]
    )
    anywhere = forms.BooleanField(required=False, label="At any location")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["add_ons"].choices = [(str(kind.pk), kind.name) for kind in addable_kinds()]

    @property
    def asked(self) -> Asked:
        return Asked.of(self.data)
