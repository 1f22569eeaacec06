"""Each vital sign: its units, its coded values, its details, its codes for exchange.

Conversions are exact Decimals and are rounded only for display. LOINC/UCUM codes after the FHIR vital
signs profile.
"""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

D = Decimal


@dataclass(frozen=True)
class Unit:
    """canonical = (entered - offset) * factor / divisor"""

    code: str
    label: str
    factor: Decimal = D(1)
    divisor: Decimal = D(1)
    offset: Decimal = D(0)
    decimals: int = 0

    def to_canonical(self, entered: Decimal) -> Decimal:
        return (entered - self.offset) * self.factor / self.divisor

    def from_canonical(self, value: Decimal) -> Decimal:
        return value * self.divisor / self.factor + self.offset


@dataclass(frozen=True)
class Vital:
    code: str
    label: str
    ucum: str
    units: tuple[Unit, ...]
    decimals: int = 0
    is_integer: bool = False
    loinc: str = ""
    codes: tuple[tuple[str, str], ...] = ()
    red_codes: tuple[str, ...] = ()
    details: tuple[str, ...] = ()

    @property
    def canonical(self) -> Unit:
        return next(unit for unit in self.units if unit.code == self.ucum)

    def unit(self, code: str) -> Unit | None:
        return next((unit for unit in self.units if unit.code == code), None)


LB, OZ, INCH = D("0.45359237"), D("0.028349523"), D("2.54")
PER_MIN = (Unit("/min", "/min"),)
CM = (Unit("[in_i]", "in", factor=INCH, decimals=1), Unit("cm", "cm", decimals=1))

# Detail fields and what they may hold. The first choice is what the form starts with.
DETAILS: dict[str, tuple[tuple[str, str], ...]] = {
    "site": (
        ("LA", "L arm"),
        ("RA", "R arm"),
        ("LF", "L forearm"),
        ("RF", "R forearm"),
        ("LW", "L wrist"),
        ("RW", "R wrist"),
        ("LT", "L thigh"),
        ("RT", "R thigh"),
    ),
    "position": (
        ("sitting", "sitting"),
        ("standing", "standing"),
        ("supine", "lying"),
        ("lateral", "left side"),
    ),
    "cuff": (
        ("adult", "adult"),
        ("small", "small adult"),
        ("large", "large adult"),
        ("thigh", "thigh"),
        ("child", "child"),
        ("infant", "infant"),
    ),
    "method": (("oscillometric", "automatic"), ("auscultated", "by ear"), ("unattended", "unattended")),
    "rhythm": (("regular", "regular"), ("irregular", "irregular")),
    "pulse_site": (
        ("radial", "radial"),
        ("apical", "apical"),
        ("oximeter", "oximeter"),
        ("brachial", "brachial"),
        ("carotid", "carotid"),
    ),
    "route": (
        ("oral", "oral"),
        ("temporal", "temporal"),
        ("tympanic", "ear"),
        ("axillary", "axillary"),
        ("rectal", "rectal"),
        ("core", "core"),
    ),
    "oxygen": (("air", "room air"), ("o2", "on oxygen")),
    "clothing": (("clothed", "clothed"), ("light", "light clothing"), ("bare", "undressed")),
    "stance": (("standing", "standing"), ("lying", "lying")),
    "timing": (("random", "random"), ("fasting", "fasting"), ("after_meal", "after a meal")),
}

# Free details: name -> (label, longest)
FREE_DETAILS = {
    "flow": ("O2 L/min", 5),
    "minutes": ("min since meal", 4),
    "location": ("where", 60),
    "onset": ("since", 40),
    "quality": ("like", 40),
    "chest": ("new chest pain", 1),
    "intended": ("weight loss is intended", 1),
    "symptoms": ("symptoms or ketones", 1),
}

SYSTOLIC = Vital(
    "systolic",
    "Systolic",
    "mm[Hg]",
    (Unit("mm[Hg]", "mmHg"),),
    is_integer=True,
    loinc="8480-6",
    details=("site", "position", "cuff", "method"),
)
DIASTOLIC = Vital(
    "diastolic", "Diastolic", "mm[Hg]", (Unit("mm[Hg]", "mmHg"),), is_integer=True, loinc="8462-4"
)
PULSE = Vital(
    "pulse", "Pulse", "/min", PER_MIN, is_integer=True, loinc="8867-4", details=("rhythm", "pulse_site")
)
RESP = Vital("resp", "Respirations", "/min", PER_MIN, is_integer=True, loinc="9279-1")
TEMP = Vital(
    "temp",
    "Temperature",
    "Cel",
    (
        Unit("[degF]", "°F", factor=D(5), divisor=D(9), offset=D(32), decimals=1),
        Unit("Cel", "°C", decimals=1),
    ),
    decimals=1,
    loinc="8310-5",
    details=("route",),
)
SPO2 = Vital(
    "spo2", "SpO₂", "%", (Unit("%", "%"),), is_integer=True, loinc="59408-5", details=("oxygen", "flow")
)
WEIGHT = Vital(
    "weight",
    "Weight",
    "kg",
    (
        Unit("[lb_av]", "lb", factor=LB, decimals=1),
        Unit("kg", "kg", decimals=2),
        Unit("[oz_av]", "oz", factor=OZ, decimals=1),
    ),
    decimals=1,
    loinc="29463-7",
    details=("clothing", "intended"),
)
HEIGHT = Vital("height", "Height", "cm", CM, decimals=1, loinc="8302-2", details=("stance",))
PAIN = Vital(
    "pain",
    "Pain 0–10",
    "{score}",
    (Unit("{score}", ""),),
    is_integer=True,
    loinc="72514-3",
    details=("location", "onset", "quality", "chest"),
)
HEAD = Vital("head", "Head circumference", "cm", (CM[1], CM[0]), decimals=1, loinc="9843-4")
GLUCOSE = Vital(
    "glucose",
    "Glucose",
    "mg/dL",
    (Unit("mg/dL", "mg/dL"), Unit("mmol/L", "mmol/L", factor=D("18.016"), decimals=1)),
    loinc="41653-7",
    codes=(("LO", "LO on the meter"), ("HI", "HI on the meter")),
    red_codes=("LO", "HI"),
    details=("timing", "minutes", "symptoms"),
)
LMP = Vital(
    "lmp",
    "LMP",
    "d",
    (Unit("d", ""),),
    loinc="8665-2",
    codes=(
        ("unknown", "not known"),
        ("menopause", "menopause"),
        ("hysterectomy", "hysterectomy"),
        ("pregnant", "pregnant"),
        ("na", "does not apply"),
    ),
)
CONSCIOUS = Vital(
    "acvpu",
    "Consciousness",
    "{code}",
    (Unit("{code}", ""),),
    codes=(
        ("A", "Alert"),
        ("C", "New confusion"),
        ("V", "Responds to voice"),
        ("P", "Responds to pain"),
        ("U", "Unresponsive"),
    ),
    red_codes=("C", "V", "P", "U"),
)

VITALS: dict[str, Vital] = {
    vital.code: vital
    for vital in (
        SYSTOLIC,
        DIASTOLIC,
        PULSE,
        RESP,
        TEMP,
        SPO2,
        WEIGHT,
        HEIGHT,
        PAIN,
        HEAD,
        GLUCOSE,
        LMP,
        CONSCIOUS,
    )
}

NOT_DONE = (
    ("refused", "Refused"),
    ("unable", "Unable to obtain"),
    ("not_indicated", "Not indicated"),
    ("contraindicated", "Contraindicated"),
    ("equipment", "Equipment unavailable"),
    ("deferred", "Deferred by provider"),
)

LABELS = {vital.code: vital.label for vital in VITALS.values()} | {
    "pulse_pressure": "Pulse pressure",
    "bmi": "BMI",
    "lmp_days": "Days since LMP",
    "glucose_symptoms": "Glucose with symptoms or ketones",
}


def default_unit(vital: Vital, months: Decimal) -> str:
    """Pounds, inches and Fahrenheit for adults; children's weight in kilograms, as dosing uses it."""
    if vital.code == "weight" and months < 144:
        return "kg"
    if vital.code == "height" and months < 36:
        return "cm"
    return vital.units[0].code


def parse_number(text: str) -> Decimal | None:
    """A plain number as typed: 98.6, 98,6, .5. None for anything else, exponents and signs included."""
    cleaned = text.strip().replace(",", ".")
    if not cleaned or not all(char.isdecimal() or char == "." for char in cleaned) or len(cleaned) > 12:
        return None
    try:
        return Decimal(cleaned)
    except InvalidOperation:
        return None


def shown(vital: Vital, value: Decimal, unit: Unit | None = None) -> str:
    """The canonical value for display, in a unit, rounded half up: 69.989 kg → 70.0 kg."""
    unit = unit or vital.canonical
    number = unit.from_canonical(value)
    places = unit.decimals if unit.code != vital.ucum else vital.decimals
    text = f"{number.quantize(D(1).scaleb(-places), rounding='ROUND_HALF_UP')}"
    return f"{text} {unit.label}".strip()
