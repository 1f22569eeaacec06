"""Receive, move, use, waste, take back, hold."""

from decimal import Decimal

from crispy_forms.layout import Div, Layout
from django import forms
from django.urls import reverse_lazy

from clinic.core import time
from clinic.core.profile import clinic_zone
from clinic.ui.forms import ClinicForm
from inventory.models import Item, Lot, StockLevel
from inventory.queries.stock import find_by_barcode, item_levels
from inventory.rules import gs1

from .fields import ExpiryField, QuantityField, active_places, scan_field

WASTE_REASONS = [
    "Expired",
    "Broken or spilled",
    "Drawn up, not given",
    "Out of temperature",
    "Contaminated",
    "Lost",
]


class ScanForm(forms.Form):
    """What a scanner typed."""

    text = forms.CharField(max_length=120, strip=False)


class ReceiveForm(ClinicForm):
    """A delivery, one item at a time."""

    scan = scan_field(reverse_lazy("inventory:scan"))
    item = forms.ModelChoiceField(queryset=Item.objects.none(), empty_label="Choose an item")
    place = forms.ModelChoiceField(queryset=None, label="Put it into", empty_label="Choose a place")
    packs = forms.DecimalField(label="Packs", required=False, min_value=0, max_digits=7, decimal_places=0)
    quantity = forms.DecimalField(
        label="Single units", required=False, min_value=0, max_digits=9, decimal_places=3
    )
    lot_number = forms.CharField(
        label="Lot number", required=False, max_length=40, help_text="Items tracked by lot only."
    )
    expires_on = ExpiryField(required=False)
    funding = forms.ChoiceField(
        choices=Lot.Funding.choices,
        required=False,
        initial="private",
        help_text="VFC and state doses are kept apart.",
    )
    reference = forms.CharField(label="Packing slip or order", required=False, max_length=60)
    layout_fields = Layout(
        "scan",
        Div("item", "place", css_class="form-grid"),
        Div("lot_number", "expires_on", css_class="form-grid"),
        Div("packs", "quantity", css_class="form-grid"),
        Div("funding", "reference", css_class="form-grid"),
    )

    def __init__(self, *args, item=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["item"].queryset = Item.objects.filter(is_active=True)
        self.fields["place"].queryset = active_places()
        if item is not None:
            self.fields["item"].initial = item.pk

    def clean(self):
        values = super().clean()
        values["scan"] = ""
        if not (values.get("packs") or values.get("quantity")) and not {"packs", "quantity"} & set(
            self.errors
        ):
            self.add_error("packs", "Enter how many packs or single units came.")
        values["packs"], values["quantity"] = (
            values.get("packs") or Decimal(0),
            values.get("quantity") or Decimal(0),
        )
        values["funding"] = values.get("funding") or "private"
        return values


class ShelfForm(ClinicForm):
    """Something is taken off a shelf: which lot in which place, and how much. `only_usable` hides the rest."""

    only_usable = False
    scan = scan_field(reverse_lazy("inventory:scan"))
    shelf = forms.ChoiceField(
        label="From",
        error_messages={"invalid_choice": "None of that is left there now. Choose another shelf."},
    )
    quantity = QuantityField(label="Quantity")

    def __init__(self, *args, item: Item, suggested: dict[str, str] | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        self.item, self.levels = item, {}
        suggested = suggested or {}
        today = time.today(clinic_zone())
        for level in item_levels(item):
            if not (self.only_usable and _blocked(level, today)):
                self.levels[f"{level.lot_id or ''}:{level.place_id}"] = level
        self.fields["shelf"].choices = [
            (key, _shelf_words(level, today)) for key, level in self.levels.items()
        ]
        self.fields["quantity"].label = f"Quantity ({item.unit})"
        self.fields["quantity"].initial = suggested.get("quantity") or 1
        self.fields["shelf"].initial = next(
            (
                key
                for key in self.levels
                if suggested.get("from")
                and key.endswith(f":{suggested['from']}")
                and key.startswith(suggested.get("lot", ""))
            ),
            None,
        )
        if "to_place" in self.fields:
            self.fields["to_place"].initial = suggested.get("to")
        if not item.is_lot_tracked:
            del self.fields["scan"]

    def clean(self):
        values = super().clean()
        text = values.pop("scan", "")
        if text and gs1.looks_like_gs1(text):
            self._check_scan(text)
        level: StockLevel | None = self.levels.get(values.pop("shelf", ""))
        if level is not None:
            values.update(item=self.item, lot=level.lot, place=level.place)
        return values

    def _check_scan(self, text: str) -> None:
        # A carton that is not the chosen lot means that the wrong box is in somebody's hand.
        try:
            item, scan = find_by_barcode(text)
        except gs1.NotGs1 as error:
            self.add_error("scan", str(error))
            return
        level = self.levels.get(self.cleaned_data.get("shelf", ""))
        if item is not None and item.pk != self.item.pk:
            self.add_error("scan", f"This carton is {item.name}.")
        elif level is not None and level.lot and scan.lot and scan.lot.upper() != level.lot.number.upper():
            self.add_error(
                "shelf", f"The carton says lot {scan.lot}. Choose that lot or scan another carton."
            )


class IssueForm(ShelfForm):
    """Used up."""

    only_usable = True
    reason = forms.CharField(label="For", required=False, max_length=200, help_text="What it was used for.")


class TransferForm(ShelfForm):
    """Carried to another place."""

    to_place = forms.ModelChoiceField(queryset=None, label="To", empty_label="Choose a place")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["to_place"].queryset = active_places()


class WasteForm(ShelfForm):
    """Thrown away or sent back, with a reason."""

    kind = forms.ChoiceField(
        label="What happens to it",
        choices=[("waste", "Thrown away"), ("return", "Sent back to the vendor")],
        initial="waste",
    )
    reason = forms.CharField(max_length=200, widget=forms.TextInput(attrs={"list": "waste-reasons"}))


class ReverseForm(ClinicForm):
    """Why a movement is taken back."""

    reason = forms.CharField(max_length=200)


class StatusForm(ClinicForm):
    """Why a lot is held, recalled or released."""

    reason = forms.CharField(
        max_length=200, help_text="For example: fridge alarm on Sunday night, maker's letter."
    )


def _blocked(level: StockLevel, today) -> bool:
    lot = level.lot
    return lot is not None and (lot.status != Lot.Status.USABLE or lot.expires_on < today)


def _shelf_words(level: StockLevel, today) -> str:
    left = f"{level.on_hand.normalize():f} left"
    if level.lot is None:
        return f"{level.place.name} · {left}"
    held = "" if level.lot.status == Lot.Status.USABLE else f" · {level.lot.get_status_display()}"
    expired = " · EXPIRED" if level.lot.expires_on < today else ""
    funding = "" if level.lot.funding == "private" else f" · {level.lot.get_funding_display()}"
    return (
        f"{level.place.name} · lot {level.lot.number} · expires {level.lot.expires_on:%m/%d/%Y} · {left}"
        f"{funding}{held}{expired}"
    )
