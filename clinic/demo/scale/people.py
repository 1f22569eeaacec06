"""Patients in number: names of the demo's communities, a phone, an address, coverage, consent."""

from __future__ import annotations

from itertools import accumulate

from clinic.demo.data.insurance import ELDER_PLANS, FAMILY_PLANS
from clinic.demo.data.insurance import Plan as Cover
from clinic.demo.data.names import COMMUNITIES, MAIL_HOSTS, STREETS, TOWNS, Community
from clinic.demo.scale.plan import Plan
from clinic.demo.scale.text import DATES, DAY, NULL, Dice, Sheet, date_text, key, stamp
from clinic.messaging.models import ContactConsent
from records.models import Allergy, AllergyStatement, ContactPoint, Coverage, Medication, Patient, Problem
from records.rules.mrn import format_mrn
from records.rules.names import search_text

_COMMUNITY_WEIGHTS = list(accumulate(community.weight for community in COMMUNITIES))
# Exchange 555 of every area code: numbers that ring nowhere.
_AREAS = tuple(str(area) for area in range(212, 990) if area % 100 not in (0, 11) and area // 10 % 10 != 9)
_INITIALS = "ABCDEFGHJKLMNPRST"
_SUBSTANCES = (
    ("Penicillin", "medication", "Hives", "moderate"), ("Sulfa drugs", "medication", "Rash", "mild"),
    ("Peanuts", "food", "Swelling of lips", "severe"), ("Latex", "environment", "Itching", "mild"),
    ("Ibuprofen", "medication", "Stomach pain", "mild"), ("Amoxicillin", "medication", "Rash", "mild"),
)  # fmt: skip
_MEDICINES = (
    ("Lisinopril", "10 mg", "by mouth", "once a day"), ("Metformin", "500 mg", "by mouth", "twice a day"),
    ("Atorvastatin", "20 mg", "by mouth", "at bedtime"), ("Sertraline", "50 mg", "by mouth", "once a day"),
    ("Levothyroxine", "50 mcg", "by mouth", "once a day"), ("Albuterol", "90 mcg", "inhaled", "as needed"),
)  # fmt: skip


class People:
    """Writes patients and what belongs to them."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._plans = {False: _cumulated(FAMILY_PLANS), True: _cumulated(ELDER_PLANS)}
        self._words: dict[str, str] = {}
        clerk = plan.desk[0]
        self.patients = Sheet(
            Patient, ("id", "created_at", "updated_at", "mrn", "first_name", "middle_name", "last_name", "sex_at_birth",
            "birth_date", "language", "needs_interpreter", "address_line1", "city", "postal_code", "primary_provider_id",
            "search"), state="IL", zone=plan.zone,
        )  # fmt: skip
        common = ("id", "created_at", "updated_at", "patient_id")
        self.contacts = Sheet(ContactPoint, (*common, "kind", "value", "is_preferred", "rank"))
        self.consents = Sheet(
            ContactConsent, (*common, "channel", "address", "is_granted", "at"), purpose="all", how="written",
            wording="May we send you reminders of your visits?", by_id=clerk.id, by_label=clerk.name,
        )  # fmt: skip
        self.coverages = Sheet(
            Coverage, (*common, "payer_id", "plan_name", "member_id", "starts_on", "copay_office", "verified_at",
            "verified_by_id"), verify_note="Checked on the payer's website",
        )  # fmt: skip
        charted = (*common, "recorded_at")
        nurse = plan.nurses[0].id
        self.problems = Sheet(Problem, (*charted, "text", "code_id", "onset_on"), recorded_by_id=nurse)
        self.allergies = Sheet(
            Allergy, (*charted, "substance", "category", "reaction", "severity"), recorded_by_id=nurse
        )
        self.no_allergies = Sheet(AllergyStatement, (*common, "at"), no_known=True, by_id=nurse)
        self.medicines = Sheet(
            Medication, (*charted, "name", "dose", "route", "frequency", "started_on"), recorded_by_id=nurse
        )

    @property
    def sheets(self) -> tuple[Sheet, ...]:
        return (
            self.patients, self.contacts, self.consents, self.coverages, self.problems, self.allergies,
            self.no_allergies, self.medicines,
        )  # fmt: skip

    def write(self, number: int, dice: Dice, *, born: int | None = None) -> str:
        """One patient; returns the key. `born` is days before now, by chance where not given."""
        plan = self.plan
        at = plan.registered(number)
        patient = plan.patient(number)
        # nobody is younger here than their own registration
        days_old = born or max(_age_days(dice), (plan.now - at) // DAY + 3)
        community = dice.choices(COMMUNITIES, cum_weights=_COMMUNITY_WEIGHTS)[0]
        is_female = dice.random() < 0.53
        first, last = _first_name(dice, community, days_old, is_female), dice.choice(community.last)
        middle, when, town = dice.choice(_INITIALS), stamp(at), dice.choice(TOWNS)
        phone = f"+1{_AREAS[number % len(_AREAS)]}555{dice.randrange(10_000):04d}"
        mail = (
            f"{_plain(first)}.{_plain(last)}{number}@{dice.choice(MAIL_HOSTS)}"
            if dice.random() < 0.62
            else ""
        )
        cover = dice.choices(*self._plans[days_old > 65 * 365.25])[0]
        member = f"{cover.prefix}{dice.randrange(10**7, 10**8)}" if cover else ""
        mrn = format_mrn(plan.first_mrn + number)
        numbers = [mrn.replace("-", ""), phone[1:], *([mail] if mail else []), *([member] if member else [])]
        search = self._folded(last) + self._folded(first) + self._folded(middle) + _numbers(numbers)
        search = " " + " ".join(dict.fromkeys(search.split()))
        language = community.language if community.language != "en" and dice.random() < 0.3 else "en"
        self.patients.put(
            patient, when, when, mrn, first, middle, last, "female" if is_female else "male",
            date_text(plan.now - days_old * DAY), language, "t" if language != "en" else "f",
            f"{dice.randrange(11, 990)} {dice.choice(STREETS)}", town[0], town[1],
            plan.today[number % len(plan.today)].id, search,
        )  # fmt: skip
        self._reach(dice, patient, at, when, phone, mail)
        if cover:
            self._cover(dice, patient, at, when, cover, member)
        self._lists(dice, patient, at, when, days_old)
        return patient

    def _reach(self, dice: Dice, patient: str, at: int, when: str, phone: str, mail: str) -> None:
        self.contacts.put(key(at, dice), when, when, patient, "mobile", phone, "t", "1")
        if mail:
            self.contacts.put(key(at, dice), when, when, patient, "email", mail, "f", "2")
        agrees = "t" if dice.random() < 0.9 else "f"
        self.consents.put(key(at, dice), when, when, patient, "sms", phone, agrees, when)

    def _cover(self, dice: Dice, patient: str, at: int, when: str, cover: Cover, member: str) -> None:
        checked = stamp(self.plan.now - dice.randrange(1, 400) * DAY) if dice.random() < 0.8 else NULL
        self.coverages.put(
            key(at, dice), when, when, patient, self.plan.payers[cover.payer], cover.plan, member, date_text(at),
            NULL if cover.copay is None else f"{cover.copay}.00", checked,
            NULL if checked == NULL else self.plan.desk[0].id,
        )  # fmt: skip

    def _lists(self, dice: Dice, patient: str, at: int, when: str, days_old: int) -> None:
        since = DATES[0]
        if days_old > 40 * 365 and dice.random() < 0.6:
            code, words = dice.choice(self.plan.codes)
            since = date_text(at - dice.randrange(30, 3000) * DAY)
            self.problems.put(key(at, dice), when, when, patient, when, words, code, since)
            medicine = dice.choice(_MEDICINES)
            self.medicines.put(key(at, dice), when, when, patient, when, *medicine, since)
        if dice.random() < 0.2:
            self.allergies.put(key(at, dice), when, when, patient, when, *dice.choice(_SUBSTANCES))
        else:
            self.no_allergies.put(key(at, dice), when, when, patient, when)

    def _folded(self, name: str) -> str:
        """A name's words of the finder's column, each looked up once."""
        found = self._words.get(name)
        if found is None:
            found = self._words[name] = search_text([name], [])
        return found


def _numbers(values: list[str]) -> str:
    """Digits and folded ids, as `search_text` writes them; all of ours are plain ASCII."""
    return "".join(" " + "".join(filter(str.isalnum, value)) for value in values).lower()


def _plain(name: str) -> str:
    return search_text([name], []).split()[-1]


def _age_days(dice: Dice) -> int:
    """From newborn to 95 years, more of the middle."""
    return int(dice.triangular(20, 95 * 365, 38 * 365))


def _first_name(dice: Dice, community: Community, days_old: int, is_female: bool) -> str:
    if days_old < 18 * 365:
        return dice.choice(community.girls if is_female else community.boys)
    if days_old > 60 * 365:
        return dice.choice(community.elder_women if is_female else community.elder_men)
    return dice.choice(community.women if is_female else community.men)


def _cumulated(choices) -> tuple[list, list]:
    return [plan for plan, _ in choices], [weight for _, weight in choices]
