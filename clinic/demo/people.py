"""The 600 patients: households first, so that families share an address, a phone and a plan."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass, field

from clinic.demo.data.insurance import ELDER_PLANS, FAMILY_PLANS, MEDICARE, SUPPLEMENT, Plan
from clinic.demo.data.names import (
    AREA_CODES,
    COMMUNITIES,
    MAIL_HOSTS,
    OCCUPATION_NOTES,
    STREETS,
    TOWNS,
    Community,
)
from clinic.demo.dice import stream, weighted

COUNT = 600
# Who lives together: (youngest, oldest) of each member in years; the first two are the adults.
HOUSEHOLDS = (
    (((27, 42), (27, 44), (0, 5), (3, 9)), 13),
    (((25, 38), (25, 40), (0, 3)), 10),
    (((34, 50), (34, 52), (8, 17), (6, 15), (2, 12)), 9),
    (((24, 45), None, (1, 14)), 9),
    (((30, 48), None, (5, 17), (3, 12)), 5),
    (((26, 62), (26, 64)), 14),
    (((45, 62), (45, 64), (14, 22)), 7),
    (((19, 61), None), 22),
    (((64, 86), (63, 88)), 14),
    (((66, 93), None), 15),
    (((33, 47), (33, 48), (4, 12), (67, 84)), 3),
)
_NICKNAMES = {
    "Katherine": "Kate", "Elizabeth": "Beth", "Jennifer": "Jen", "Christopher": "Chris", "Michael": "Mike",
    "Theodore": "Teddy", "Benjamin": "Ben", "Margaret": "Peggy", "Robert": "Bob", "Richard": "Dick",
    "Guadalupe": "Lupe", "Francisco": "Paco", "Alejandra": "Ale", "Stephanie": "Steph", "Nicholas": "Nick",
    "Kenneth": "Ken", "Ronald": "Ron", "Patricia": "Pat", "Jessica": "Jess", "Amanda": "Mandy",
}  # fmt: skip
_TWIN_GAP = dt.timedelta(days=290)


@dataclass
class Person:
    """One invented patient, before any row exists."""

    index: int
    household: int
    first: str
    last: str
    middle: str
    sex: str
    born: dt.date
    place: str  # head, partner, child, elder
    language: str
    phone: str
    email: str
    address: str
    unit: str
    city: str
    postal_code: str
    preferred: str = ""
    pronouns: str = ""
    interpreter: bool = False
    plan: Plan | None = None
    second_plan: Plan | None = None
    member_id: str = ""
    group: str = ""
    subscriber: Person | None = None
    note: str = ""
    provider: int = 0
    relatives: list[Person] = field(default_factory=list)

    @property
    def name(self) -> str:
        return f"{self.first} {self.last}"

    def age(self, on: dt.date) -> float:
        return (on - self.born).days / 365.25


def make_people(anchor: dt.date, count: int = COUNT) -> list[Person]:
    """`count` patients of all ages as of `anchor`; the same every time."""
    people: list[Person] = []
    number = 0
    while len(people) < count:
        people += _household(number, len(people), anchor)[: count - len(people)]
        number += 1
    _families(people)
    return people


def _household(number: int, first_index: int, anchor: dt.date) -> list[Person]:
    dice = stream("household", number)
    community = weighted(dice, [(c, c.weight) for c in COMMUNITIES])
    shape = weighted(dice, HOUSEHOLDS)
    last, city = dice.choice(community.last), dice.choice(TOWNS)
    address = f"{dice.randint(11, 989)} {dice.choice(STREETS)}"
    unit = f"Apt {dice.randint(1, 24)}" if dice.random() < 0.22 else ""
    found: list[Person] = []
    for slot, ages in enumerate(shape):
        if ages is None:
            continue
        sex = _sex(dice, slot, found)
        born = _born(dice, ages, anchor, found)
        age = (anchor - born).days / 365.25
        surname = last if slot != 1 or dice.random() < 0.8 else dice.choice(community.last)
        index = first_index + len(found)
        first = _first_name(dice, community, sex, age, {p.first for p in found})
        place = ("head", "partner")[slot] if slot < 2 else "child" if ages[1] < 30 else "elder"
        found.append(
            Person(
                index=index, household=number, first=first, last=surname, middle=dice.choice("ABCDEFGHJKLMNPRST"),
                sex=sex, born=born, place=place, language="en", phone=_phone(index), email="",
                address=address, unit=unit, city=city[0], postal_code=city[1],
            )
        )  # fmt: skip
    _speak(dice, community, found, anchor)
    _reach(dice, found, anchor)
    _insure(dice, found, anchor)
    _quirks(dice, found)
    return found


def _sex(dice: random.Random, slot: int, found: list[Person]) -> str:
    if slot == 1 and found and dice.random() < 0.94:
        return "male" if found[0].sex == "female" else "female"
    return "female" if dice.random() < 0.53 else "male"


def _born(dice: random.Random, ages: tuple[int, int], anchor: dt.date, found: list[Person]) -> dt.date:
    born = anchor - dt.timedelta(days=dice.randint(ages[0] * 365 + 20, ages[1] * 365 + 340))
    siblings = [p.born for p in found if p.place == "child"]
    while any(abs(born - other) < _TWIN_GAP for other in siblings):
        born -= dt.timedelta(days=dice.randint(200, 500))
    return born


def _first_name(dice: random.Random, community: Community, sex: str, age: float, taken: set[str]) -> str:
    if age < 20:
        names = community.girls if sex == "female" else community.boys
    elif age > 60:
        names = community.elder_women if sex == "female" else community.elder_men
    else:
        names = community.women if sex == "female" else community.men
    return dice.choice([name for name in names if name not in taken] or list(names))


def _phone(index: int) -> str:
    """555-0100 to 555-0199 in ten area codes: numbers that are kept for fiction."""
    return f"+1{AREA_CODES[index // 100 % len(AREA_CODES)]}55501{index % 100:02d}"


def _speak(dice: random.Random, community: Community, found: list[Person], anchor: dt.date) -> None:
    if community.language == "en" or dice.random() > 0.42:
        return
    for person in found:
        person.language = community.language if person.age(anchor) > 16 or dice.random() < 0.3 else "en"
        person.interpreter = person.language != "en" and person.age(anchor) > 35 and dice.random() < 0.5


def _reach(dice: random.Random, found: list[Person], anchor: dt.date) -> None:
    """Children are reached by their parent's phone and mail; a few elders have no e-mail."""
    head = found[0]
    for person in found:
        age = person.age(anchor)
        if age < 14:
            person.phone, person.email = head.phone, head.email
            continue
        has_mail = dice.random() < (0.86 if age < 65 else 0.45)
        plain = f"{person.first}.{person.last}".lower().replace(" ", "").replace("'", "")
        plain = plain.translate(str.maketrans("áéíóúñüèç", "aeiounuec"))
        person.email = f"{plain}{person.index % 90 + 10}@{dice.choice(MAIL_HOSTS)}" if has_mail else ""


def _insure(dice: random.Random, found: list[Person], anchor: dt.date) -> None:
    family = weighted(dice, FAMILY_PLANS)
    number = dice.randint(10_000_000, 99_999_999)
    group = f"{dice.randint(1000, 9999)}-{dice.randint(10, 99)}"
    for order, person in enumerate(found):
        if person.age(anchor) >= 65:
            person.plan = weighted(dice, ELDER_PLANS)
            person.member_id = (
                f"{person.plan.prefix}{dice.randint(1, 9)}EG4-TE{dice.randint(0, 9)}-MK{dice.randint(10, 99)}"
            )
            if person.plan is MEDICARE and dice.random() < 0.55:
                person.second_plan = SUPPLEMENT
            continue
        person.plan = family
        if family is None:
            continue
        shared = family.kind == "commercial"
        person.member_id = f"{family.prefix}{number if shared else number + order * 37:08d}{f'-0{order + 1}' if shared else ''}"
        person.group = group if shared else ""
        person.subscriber = found[0] if shared and order and found[0].age(anchor) < 65 else None


def _quirks(dice: random.Random, found: list[Person]) -> None:
    for person in found:
        roll = dice.random()
        if roll < 0.5 and person.first in _NICKNAMES:
            person.preferred = _NICKNAMES[person.first]
        if roll > 0.985:
            person.pronouns = "they/them"
        elif roll > 0.9:
            person.pronouns = "she/her" if person.sex == "female" else "he/him"
        if dice.random() < 0.05:
            person.note = dice.choice(OCCUPATION_NOTES[:-1])
        person.provider = person.household % 2 if dice.random() < 0.92 else (person.household + 1) % 2


def _families(people: list[Person]) -> None:
    homes: dict[int, list[Person]] = {}
    for person in people:
        homes.setdefault(person.household, []).append(person)
    for person in people:
        person.relatives = [other for other in homes[person.household] if other is not person]
