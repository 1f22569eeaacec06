"""Opening hours of a week: two times a day, both empty when closed."""

from __future__ import annotations

from datetime import time

from django import forms

from scheduling.models import WEEKDAYS


class WeekHoursMixin:
    """Adds `open_<weekday>` and `close_<weekday>` (0 = Monday) to a form, and checks each pair."""

    def add_hours(self, hours: dict[str, list[str]]) -> None:
        for day, name in enumerate(WEEKDAYS):
            opens, closes = (hours or {}).get(str(day)) or ("", "")
            self.fields[f"open_{day}"] = _time(f"{name}, opens", opens)
            self.fields[f"close_{day}"] = _time(f"{name}, closes", closes)

    def clean_hours(self, cleaned: dict) -> dict[str, list[str]]:
        """The week as the location keeps it; adds an error for a day with one time or with none between."""
        week = {}
        for day, name in enumerate(WEEKDAYS):
            opens, closes = cleaned.get(f"open_{day}"), cleaned.get(f"close_{day}")
            if not opens and not closes:
                continue
            if not (opens and closes) or closes <= opens:
                self.add_error(
                    f"close_{day}",
                    f"{name}: give an opening time and a later closing time, or leave both empty.",
                )
                continue
            week[str(day)] = [f"{opens:%H:%M}", f"{closes:%H:%M}"]
        return week

    def hour_rows(self) -> list[tuple]:
        """(weekday, opens field, closes field) for the template."""
        return [(name, self[f"open_{day}"], self[f"close_{day}"]) for day, name in enumerate(WEEKDAYS)]


def _time(label: str, initial: str) -> forms.TimeField:
    widget = forms.TimeInput(
        format="%H:%M", attrs={"class": "form-control", "aria-label": label, "type": "time"}
    )
    return forms.TimeField(
        label=label, required=False, widget=widget, initial=time.fromisoformat(initial) if initial else None
    )
