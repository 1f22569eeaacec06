"""Made-up content of the style guide, which shows every component once."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms

from clinic.ui.forms import ClinicForm
from clinic.ui.states import STATES


class GuideForm(ClinicForm):
    """One field of each kind, half of them wrong, to see how errors look."""

    first_name = forms.CharField(label="First name", max_length=40, initial="Maria")
    birth_date = forms.DateField(label="Date of birth", help_text="Month, day, year")
    weight = forms.DecimalField(label="Weight", help_text="In pounds, with one decimal")
    language = forms.ChoiceField(label="Language", choices=[("en", "English"), ("es", "Spanish")])
    may_text = forms.BooleanField(label="OK to text", required=False, initial=True)
    note = forms.CharField(
        label="Notes for the desk", required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


def guide_context(since: datetime) -> dict[str, Any]:
    """Everything the page shows; `since` is the start of the longest wait on it."""
    wrong = GuideForm({"first_name": "", "weight": "abc", "language": "en"})
    wrong.is_valid()
    # Both forms stand on one page; neither may take the focus.
    wrong.fields["first_name"].widget.attrs.pop("autofocus", None)
    return {
        "states": list(STATES),
        "since": since,
        "points": [142, 138, None, 140, 131, 128],
        "plain_form": GuideForm(),
        "wrong_form": wrong,
        "amount": Decimal("1234.50"),
        "rows": [
            {"name": "Ortiz, Maria", "mrn": "100-482-7", "state": "arrived", "owed": Decimal("25.00")},
            {"name": "Novak, Petra", "mrn": "100-517-1", "state": "ready", "owed": Decimal("0.00")},
            {"name": "Ali, Samir", "mrn": "100-533-8", "state": "no_show", "owed": Decimal("118.40")},
            {"name": "Park, Joon", "mrn": "100-601-2", "state": "completed", "owed": Decimal("0.00")},
        ],
        "steps": [
            ("Identity", "Two identifiers match", "done"),
            ("Coverage", "Last checked today", "done"),
            ("Copay", "$25.00 due", "now"),
            ("Forms", "Consent to treat is missing", "soon"),
        ],
        "events": [
            ("Mar 4", "Visit with Dr. Shah", "Blood pressure follow-up", "done"),
            ("Feb 11", "Call", "Asked for a refill; sent to Dr. Shah", "past"),
            ("Jan 20", "Critical potassium", "6.4 mmol/L, provider called", "danger"),
        ],
    }
