"""What is stocked, where it is kept, and how much should stand there."""

from django.db import models
from django.db.models import F, Q

from clinic.core.models import Versioned

QUANTITY = {"max_digits": 12, "decimal_places": 3}


class Item(Versioned):
    """One thing the clinic keeps in stock, counted in its unit of use."""

    class Kind(models.TextChoices):
        SUPPLY = "supply", "Supply"
        DRUG = "drug", "Drug"
        VACCINE = "vaccine", "Vaccine"
        REAGENT = "reagent", "Reagent"
        KIT = "kit", "Kit"

    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.SUPPLY)
    unit = models.CharField(
        "unit of use", max_length=24, help_text="What is taken out one at a time: dose, strip."
    )
    pack_unit = models.CharField(
        "unit of purchase", max_length=24, blank=True, help_text="How it is bought: box."
    )
    units_per_pack = models.PositiveIntegerField(default=1)
    is_lot_tracked = models.BooleanField("tracked by lot and expiry", default=False)
    is_active = models.BooleanField("in use", default=True)
    cvx = models.CharField("CVX code", max_length=4, blank=True)
    mvx = models.CharField("maker (MVX)", max_length=8, blank=True)
    ndc = models.CharField("NDC", max_length=14, blank=True)
    storage = models.CharField(max_length=60, blank=True, help_text="For example: 2-8 °C, refrigerated.")
    barcode = models.CharField("barcode (GTIN)", max_length=20, blank=True)
    default_cost = models.DecimalField(
        "cost per unit", max_digits=12, decimal_places=2, null=True, blank=True
    )

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                models.functions.Lower("name"),
                name="%(app_label)s_%(class)s_name_once",
                violation_error_message="An item with this name exists already.",
            ),
            models.UniqueConstraint(
                fields=["barcode"],
                condition=~Q(barcode=""),
                name="%(app_label)s_%(class)s_barcode_once",
                violation_error_message="Another item carries this barcode.",
            ),
            models.CheckConstraint(
                condition=Q(units_per_pack__gte=1),
                name="%(app_label)s_%(class)s_pack_holds_units",
                violation_error_message="A pack holds at least one unit.",
            ),
            models.CheckConstraint(
                condition=~Q(kind="vaccine") | Q(is_lot_tracked=True),
                name="%(app_label)s_%(class)s_vaccine_has_lots",
                violation_error_message="A vaccine is always tracked by lot and expiry.",
            ),
        ]

    def __str__(self):
        return self.name


class Place(Versioned):
    """Somewhere stock stands and can be counted."""

    class Kind(models.TextChoices):
        STORE = "store", "Store room"
        ROOM = "room", "Exam room"
        FRIDGE = "fridge", "Refrigerator or freezer"
        CART = "cart", "Cart"
        LAB = "lab", "Lab"

    name = models.CharField(max_length=60)
    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.STORE)
    room_label = models.CharField("room", max_length=40, blank=True)
    is_active = models.BooleanField("in use", default=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                models.functions.Lower("name"),
                name="%(app_label)s_%(class)s_name_once",
                violation_error_message="A place with this name exists already.",
            ),
        ]

    def __str__(self):
        return self.name


class ParLevel(Versioned):
    """The target of an item in a place, and the level at which it is filled up again."""

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="par_levels")
    place = models.ForeignKey(Place, on_delete=models.CASCADE, related_name="par_levels")
    par = models.DecimalField(**QUANTITY)
    reorder_at = models.DecimalField(**QUANTITY, null=True, blank=True)

    class Meta:
        ordering = ["item__name", "place__name"]
        constraints = [
            models.UniqueConstraint(
                fields=["item", "place"],
                name="%(app_label)s_%(class)s_once_per_place",
                violation_error_message="This item has a par level in this place already.",
            ),
            models.CheckConstraint(
                condition=Q(par__gt=0),
                name="%(app_label)s_%(class)s_par_positive",
                violation_error_message="Par is more than zero. Leave it out where nothing is kept.",
            ),
            models.CheckConstraint(
                condition=Q(reorder_at__isnull=True) | (Q(reorder_at__gte=0) & Q(reorder_at__lte=F("par"))),
                name="%(app_label)s_%(class)s_reorder_within_par",
                violation_error_message="The reorder point lies between zero and par.",
            ),
        ]

    def __str__(self):
        return f"{self.item} in {self.place}: {self.par}"
