"""Files that went wrong on their way: torn, doubled, with nonsense where an amount should stand. The same for the same number."""

from __future__ import annotations

import random
from collections.abc import Callable

from billing.edi.payer import CLAIM_CASES, answer_claims
from tests.billing.edi.files import DEPENDENT, ELIGIBILITY_HEAD, SUBSCRIBER, file, remittance
from tests.billing.edi.test_claims_read import BILLING, CLAIM, SELF
from tests.factories.edi import child_claim, claim, full_claim, secondary_claim, subscriber, written

NONSENSE = (
    "", "NaN", "Infinity", "-Infinity", "1E9", "1e-2", "0x10", "1_000", "1,000", "--5", "-", ".", "5.", ".5", "-0", "00012",
    "9" * 40, "1.005", "٣", "²", " ", "\u2212" + "5", "$5", "5 0", "\x00", "20261399", "A" * 300, "*", ":", "^", "~",
)  # fmt: skip
CORPUS = (
    remittance(),
    remittance(),  # twice, because it is the one that moves money
    remittance() + remittance().replace("A100", "B100"),
    file("271", *ELIGIBILITY_HEAD, *SUBSCRIBER, "EB*1*FAM*30*PR*LAKE CHOICE", "EB*B*IND*98^UC*PR**27*25*****Y", "EB*C*IND*30***29*312.5",
         "EB*A*IND*30*****.2", "EB*L", "LS*2120", "NM1*P3*1*SORBO*HALVARD****XX*1999999992", "LE*2120", "MSG*ASK FIRST"),
    file("271", *ELIGIBILITY_HEAD, *DEPENDENT, "EB*1**30", "AAA*N**42*R"),
    file("837", *BILLING, *SELF, *CLAIM),
    file("999", "AK1*HC*5", "AK2*837*0001", "IK3*NM1*17**8", "IK4*9:2*67*7*1", "IK5*R*5", "AK9*R*1*1*0"),
    file("277CA", "HL*1**20*1", "HL*2*1*21*1", "TRN*2*F", "STC*A1:19*20260301*WQ*180", "QTY*90*1", "AMT*YU*180", "HL*3*2*PT",
         "NM1*QC*1*ABERG*INGRID", "TRN*2*A100", "STC*A3:21*20260301*U*180", "SVC*HC:G0463*180", "STC*A7:1"),
    file("276", "HL*1**20*1", "HL*2*1*21*1", "HL*3*2*19*1", "HL*4*3*22*0", "NM1*IL*1*ABERG", "TRN*1*T", "REF*EJ*A1", "AMT*T3*5",
         "DTP*472*D8*20260203"),
)  # fmt: skip

_WRITTEN = written(
    *(claim(account=f"A{ending}", subscriber=subscriber(f"PHP0001{ending}")) for ending in CLAIM_CASES),
    child_claim(), full_claim(), secondary_claim(),
)  # fmt: skip
# What the writers make: claims of every kind, and what the simulated payer says to them (999, 277CA, 835).
MADE = (_WRITTEN, *answer_claims(_WRITTEN))


def mutated(number: int) -> bytes:
    """The mutated file of that number: one to four things wrong with it."""
    dice = random.Random(number)
    data = bytearray(dice.choice(CORPUS + MADE).encode())
    for _ in range(dice.randint(1, 4)):
        if data:
            dice.choice(_WAYS)(dice, data)
    return bytes(data)


def _flip(dice: random.Random, data: bytearray) -> None:
    data[dice.randrange(len(data))] = dice.randrange(256)


def _drop(dice: random.Random, data: bytearray) -> None:
    at = dice.randrange(len(data))
    del data[at : at + dice.choice((1, 1, 2, 7, 50))]


def _insert(dice: random.Random, data: bytearray) -> None:
    at = dice.randrange(len(data))
    data[at:at] = bytes(
        dice.choice(b"*:^~\n\r \x00\x1d-0159AZISAGSESTCLP\xff\xc3") for _ in range(dice.choice((1, 1, 3)))
    )


def _cut(dice: random.Random, data: bytearray) -> None:
    del data[dice.randrange(len(data)) :]


def _lines(
    change: Callable[[random.Random, list[bytes]], None],
) -> Callable[[random.Random, bytearray], None]:
    def changed(dice: random.Random, data: bytearray) -> None:
        lines = bytes(data).split(b"~")
        change(dice, lines)
        data[:] = b"~".join(lines)

    return changed


def _without(dice: random.Random, lines: list[bytes]) -> None:
    del lines[dice.randrange(len(lines))]


def _twice(dice: random.Random, lines: list[bytes]) -> None:
    lines.insert(dice.randrange(len(lines)), dice.choice(lines))


def _swapped(dice: random.Random, lines: list[bytes]) -> None:
    one, two = dice.randrange(len(lines)), dice.randrange(len(lines))
    lines[one], lines[two] = lines[two], lines[one]


def _element(dice: random.Random, lines: list[bytes]) -> None:
    at = dice.randrange(len(lines))
    elements = lines[at].split(b"*")
    elements[dice.randrange(len(elements))] = dice.choice(NONSENSE).encode()
    lines[at] = b"*".join(elements)


def _amount(dice: random.Random, lines: list[bytes]) -> None:
    """Another amount in one of the segments that hold money."""
    places = [
        at
        for at, line in enumerate(lines)
        if line.strip()[:3] in (b"CLP", b"CAS", b"SVC", b"PLB", b"BPR", b"EB*", b"SV1")
    ]
    if not places:
        return
    at = dice.choice(places)
    elements = lines[at].split(b"*")
    spot = dice.randrange(1, len(elements))
    elements[spot] = dice.choice(
        [b"-" + elements[spot], elements[spot] + b"0", elements[spot][::-1], b"0", b"0.00", b"1.10"]
    )
    lines[at] = b"*".join(elements)


_WAYS = (
    _flip, _flip, _drop, _insert, _cut, _lines(_without), _lines(_without), _lines(_twice), _lines(_swapped), _lines(_element),
    _lines(_element), _lines(_amount), _lines(_amount), _lines(_amount),
)  # fmt: skip
