"""The limits as shipped. Written as rows, read by the data migration and the tests."""

from decimal import Decimal

from records.rules.vitals.limits import ADULT, CONFIRM, NEWBORN, RED, REJECT, Limit

NEWS2 = "NEWS2 3-point band"
AHA = "AHA/ACC severe line"
CLINIC = "clinic default"
PALS = "PALS reference band"


def _d(value) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def row(vital, tier, low=None, high=None, *, counts=False, months=(0, None), when="", source=CLINIC) -> Limit:
    """A limit; `counts` says that the bounds themselves trigger, as a pair for low and high when they differ."""
    low_counts, high_counts = counts if isinstance(counts, tuple) else (counts, counts)
    return Limit(
        vital,
        tier,
        _d(low),
        low_counts and low is not None,
        _d(high),
        high_counts and high is not None,
        _d(months[0]),
        _d(months[1]),
        when,
        source,
    )


ANY_AGE = (
    row("systolic", REJECT, 30, 300),
    row("diastolic", REJECT, 10, 200),
    row("diastolic", RED, None, 120, source=AHA),
    row("pulse_pressure", REJECT, 0, None, counts=True),
    row("pulse", REJECT, 20, 300),
    row("resp", REJECT, 3, 100),
    row("temp", REJECT, 25, 45),
    row("temp", RED, 35, 40, counts=True, source="NEWS2; 40 °C general"),
    row("spo2", REJECT, 40, 100),
    row("spo2", CONFIRM, 95, None, counts=True),
    row("spo2", RED, 91, None, counts=True, source=NEWS2),
    row("weight", REJECT, "0.3", 650),
    row("weight_ratio", CONFIRM, "0.5", 2, counts=True),
    row("height", REJECT, 20, 275),
    row("bmi", REJECT, 7, 150),
    row("pain", REJECT, 0, 10),
    row("pain", RED, None, 8, counts=True),
    row("head", REJECT, 15, 70),
    row("head_change", CONFIRM, 0, None),
    row("glucose", REJECT, 10, 1000),
    row("glucose", CONFIRM, 70, 250),
    row("glucose", RED, 54, 400),
    row("glucose_symptoms", RED, None, 300),
    row("lmp_days", REJECT, 0, None),
    row("lmp_days", CONFIRM, None, 45),
    row("systolic", RED, None, 160, counts=True, when="pregnant"),
    row("diastolic", RED, None, 110, counts=True, when="pregnant"),
    row("systolic", RED, None, 160, counts=True, when="postpartum"),
    row("diastolic", RED, None, 110, counts=True, when="postpartum"),
)

FROM_18 = (ADULT, None)
ADULTS = (
    row("systolic", CONFIRM, 100, 160, counts=True, months=FROM_18),
    row("systolic", RED, 90, 180, counts=(True, False), months=FROM_18, source=f"{NEWS2}; {AHA}"),
    row("diastolic", CONFIRM, 50, 100, counts=(False, True), months=FROM_18),
    row("pulse_pressure", CONFIRM, 20, 100, months=FROM_18),
    row("pulse", CONFIRM, 50, 111, counts=True, months=FROM_18),
    row("pulse", RED, 40, 131, counts=True, months=FROM_18, source=NEWS2),
    row("resp", CONFIRM, 11, 21, counts=True, months=FROM_18),
    row("resp", RED, 8, 25, counts=True, months=FROM_18, source=NEWS2),
    row("weight_change_pct", CONFIRM, None, 10, months=FROM_18),
    row("weight_change_kg", CONFIRM, None, 5, months=FROM_18),
    row("weight_loss_pct", RED, None, 5, counts=True, months=FROM_18),
    row("height", CONFIRM, 120, 220, months=FROM_18),
    row("height_change", CONFIRM, -3, 3, months=FROM_18),
    row("bmi", CONFIRM, 16, 60, months=FROM_18),
)

TEMPERATURE_BANDS = (
    row("temp", CONFIRM, 36, 38, counts=True, months=(36, None)),
    row("temp", CONFIRM, 36, 39, counts=True, months=(3, 36)),
    row("temp", RED, 36, 38, counts=(False, True), months=(0, 3), source="fever under 3 months"),
)

# age from, to (months), pulse awake, respirations, usual systolic
BANDS = (
    (0, NEWBORN, (100, 205), (30, 60), (60, 84)),
    (NEWBORN, 12, (100, 180), (30, 53), (72, 104)),
    (12, 36, (98, 140), (22, 37), (86, 106)),
    (36, 72, (80, 120), (20, 28), (89, 112)),
    (72, 120, (75, 118), (18, 25), (97, 115)),
    (120, 144, (75, 118), (18, 25), (102, 120)),
    (144, 216, (60, 100), (12, 20), (110, 131)),
)


def _low_systolic() -> list[Limit]:
    """The PALS floor: 60, 70, then 70 + 2 x age in years, 90 from ten."""
    rows = [
        row("systolic", RED, 60, None, months=(0, NEWBORN), source=PALS),
        row("systolic", RED, 70, None, months=(NEWBORN, 12), source=PALS),
        row("systolic", RED, 90, None, months=(120, 216), source=PALS),
    ]
    rows += [
        row("systolic", RED, 70 + 2 * age, None, months=(age * 12, age * 12 + 12), source=PALS)
        for age in range(1, 10)
    ]
    return rows


def _children() -> list[Limit]:
    """Outside a band is a confirm; outside it by more than a fifth, or over 60 breaths, is red."""
    rows = _low_systolic()
    fifth = Decimal("0.2")
    for start, end, pulse, resp, systolic in BANDS:
        age = (start, end)
        rows += [
            row("pulse", CONFIRM, *pulse, months=age, source=PALS),
            row("pulse", RED, pulse[0] * (1 - fifth), pulse[1] * (1 + fifth), months=age, source=PALS),
            row("resp", CONFIRM, *resp, months=age, source=PALS),
            row("resp", RED, resp[0] * (1 - fifth), min(60, resp[1] * (1 + fifth)), months=age, source=PALS),
            row("systolic", CONFIRM, *systolic, months=age, source=PALS),
            row("systolic", RED, None, systolic[1] * (1 + fifth), months=age, source=PALS),
        ]
    rows.append(row("height_change", CONFIRM, "-0.5", None, months=(24, 216)))
    return rows


DEFAULTS: tuple[Limit, ...] = (*ANY_AGE, *ADULTS, *TEMPERATURE_BANDS, *_children())
