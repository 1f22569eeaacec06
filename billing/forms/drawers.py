"""Opening, counting and closing."""

from decimal import Decimal

from crispy_forms.layout import HTML, Div, Layout
from django import forms
from django.core.validators import MinValueValidator

from billing.rules.drawers import DENOMINATIONS, MOST_PIECES, piece_key, piece_words
from clinic.ui.forms import ClinicForm

from .payments import AmountField

ZERO = Decimal("0.00")


class TotalField(AmountField):
    """Dollars and cents that may be nothing."""

    def __init__(self, *, least: Decimal | None = ZERO, **kwargs):
        super().__init__(**kwargs)
        self.min_value = least
        self.validators = [v for v in self.validators if not isinstance(v, MinValueValidator)]
        if least is not None:
            self.validators.append(MinValueValidator(least))


class OpenDrawerForm(ClinicForm):
    """The float that a drawer begins with."""

    opening_float = TotalField(
        label="Float",
        help_text="What lies in the drawer before the first payment. Count it, do not copy it.",
        widget=forms.TextInput(attrs={"autofocus": True}),
    )


class CountForm(ClinicForm):
    """A blind count: what is there, not what should be. Empty means none."""

    check_total = TotalField(label="Checks, together", required=False)
    card_total = TotalField(
        label="Card terminal’s batch",
        required=False,
        least=None,
        help_text="The total that the terminal prints.",
    )
    other_total = TotalField(label="Other", required=False, least=None)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        names = []
        for number, value in enumerate(DENOMINATIONS):
            name = f"pieces_{piece_key(value)}"
            attrs = {"data-cents": piece_key(value), "class": "count-pieces"} | (
                {"autofocus": True} if not number else {}
            )
            self.fields[name] = forms.IntegerField(
                label=piece_words(value),
                required=False,
                min_value=0,
                max_value=MOST_PIECES,
                widget=forms.TextInput(attrs={**attrs, "inputmode": "numeric", "autocomplete": "off"}),
            )
            names.append(name)
        half = names.index("pieces_100") + 1
        self.layout_fields = Layout(
            Div(
                Div(HTML("<h3 class='panel-sub'>Bills</h3>"), *names[:half], css_class="count-column"),
                Div(HTML("<h3 class='panel-sub'>Coins</h3>"), *names[half:], css_class="count-column"),
                Div(
                    HTML("<h3 class='panel-sub'>Not cash</h3>"),
                    "check_total",
                    "card_total",
                    "other_total",
                    HTML("<p class='count-sum'>Cash counted <output data-count-sum>$0.00</output></p>"),
                    css_class="count-column",
                ),
                css_class="count-grid",
            )
        )

    def values(self) -> dict:
        """What the services take: the pieces by kind, and the totals with nothing for what was left empty."""
        given = self.cleaned_data
        return {
            "pieces": {
                name.removeprefix("pieces_"): number
                for name, number in given.items()
                if name.startswith("pieces_") and number
            },
            **{name: given[name] or ZERO for name in ("check_total", "card_total", "other_total")},
        }


class CloseDayForm(ClinicForm):
    """A word for the day that is closed."""

    note = forms.CharField(
        label="Note", required=False, max_length=200, help_text="What the next day should know. Optional."
    )
