"""Items, places, par levels and equipment."""

from django import forms

from clinic.ui.forms import ClinicForm, ClinicModelForm
from inventory.models import Equipment, Item, ParLevel, Place

from .fields import active_places


class VersionedForm(ClinicModelForm):
    """An edit of one row; `version` says which state of it was edited."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not self.instance._state.adding:
            self.fields["version"].initial = self.instance.version
        else:
            del self.fields["version"]


class ItemForm(VersionedForm):
    """What is stocked."""

    class Meta:
        model = Item
        fields = [
            "name",
            "kind",
            "unit",
            "pack_unit",
            "units_per_pack",
            "is_lot_tracked",
            "default_cost",
            "barcode",
            "ndc",
            "cvx",
            "mvx",
            "storage",
            "is_active",
        ]

    def clean(self):
        values = super().clean()
        if values.get("kind") == Item.Kind.VACCINE:
            values["is_lot_tracked"] = True
        if not values.get("pack_unit") and (values.get("units_per_pack") or 1) > 1:
            self.add_error("pack_unit", "Name the pack that holds so many units: box, case, vial.")
        return values


class PlaceForm(VersionedForm):
    """Where stock stands."""

    class Meta:
        model = Place
        fields = ["name", "kind", "room_label", "is_active"]


class ParForm(ClinicForm):
    """Par and reorder point of one item in one place. An empty par takes it away."""

    place = forms.ModelChoiceField(queryset=None, empty_label="Choose a place")
    par = forms.DecimalField(
        required=False,
        min_value=0,
        max_digits=9,
        decimal_places=3,
        help_text="How much should stand there. Empty: nothing.",
    )
    reorder_at = forms.DecimalField(
        label="Reorder at",
        required=False,
        min_value=0,
        max_digits=9,
        decimal_places=3,
        help_text="Fill up at or under this. Empty: as soon as it is under par.",
    )

    def __init__(self, *args, level: ParLevel | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["place"].queryset = active_places()
        if level is not None:
            self.initial |= {
                "place": level.place_id,
                "par": level.par.normalize(),
                "reorder_at": None if level.reorder_at is None else level.reorder_at.normalize(),
            }

    def clean(self):
        values = super().clean()
        values["par"] = values.get("par") or None
        return values


class EquipmentForm(VersionedForm):
    """A device."""

    class Meta:
        model = Equipment
        fields = ["name", "kind", "serial", "place", "status", "service_due_on", "service_note"]
        widgets = {"service_due_on": forms.DateInput}


class ServiceForm(ClinicForm):
    """A service or calibration that was done."""

    done_on = forms.DateField(label="Done on", widget=forms.DateInput)
    next_due_on = forms.DateField(label="Next due", required=False, widget=forms.DateInput)
    note = forms.CharField(label="Done by, findings", required=False, max_length=200)
