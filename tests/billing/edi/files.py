"""Small X12 files for tests, with made-up people."""

from __future__ import annotations

from billing.edi.envelopes import Reading, TransactionSet

GUIDES = {
    "270": ("HS", "005010X279A1"), "271": ("HB", "005010X279A1"), "276": ("HR", "005010X212"), "277": ("HN", "005010X212"),
    "277CA": ("HN", "005010X214"), "835": ("HP", "005010X221A1"), "837": ("HC", "005010X222A1"), "999": ("FA", "005010X231A1"),
}  # fmt: skip
ISA = "ISA*00*          *00*          *ZZ*PAYER          *ZZ*CLINIC         *260301*0930*^*00501*000000017*0*P*:"


def transaction(kind: str, *segments: str, control: str = "0001") -> list[str]:
    """ST to SE, rightly counted."""
    _, guide = GUIDES[kind]
    start = f"ST*{kind[:3]}*{control}" + ("" if kind == "835" else f"*{guide}")
    return [start, *segments, f"SE*{len(segments) + 2}*{control}"]


def interchange(kind: str, *sets: list[str], end: str = "~\n") -> str:
    """An interchange with one group around the sets."""
    code, guide = GUIDES[kind]
    lines = [
        ISA, f"GS*{code}*PAYER*CLINIC*20260301*0930*5*X*{guide}",
        *(segment for one in sets for segment in one), f"GE*{len(sets)}*5", "IEA*1*000000017",
    ]  # fmt: skip
    return end.join(lines) + end


def file(kind: str, *segments: str) -> str:
    """An interchange with one transaction set."""
    return interchange(kind, transaction(kind, *segments))


def only(text: str | bytes) -> TransactionSet:
    """The one set of a file, its segments not read yet."""
    return next(iter(Reading(text).sets()))


ELIGIBILITY_HEAD = (
    "BHT*0022*11*Q1*20260301*0930", "HL*1**20*1", "NM1*PR*2*LAKESIDE HEALTH*****PI*LH001", "HL*2*1*21*1",
    "NM1*1P*2*MAPLE STREET CLINIC*****XX*1234567893",
)  # fmt: skip
SUBSCRIBER = (
    "HL*3*2*22*0", "TRN*2*T77*9123456789", "NM1*IL*1*ABERG*INGRID****MI*LH4411", "REF*6P*G900", "DMG*D8*19700402*F",
    "DTP*346*D8*20260101", "DTP*347*D8*20261231",
)  # fmt: skip
DEPENDENT = (
    "HL*3*2*22*1", "NM1*IL*1*ABERG*INGRID****MI*LH4411", "DMG*D8*19700402*F", "HL*4*3*23*0", "TRN*2*T78*9123456789",
    "NM1*03*1*ABERG*NILS", "DMG*D8*20150711*M", "INS*N*19",
)  # fmt: skip

REMITTANCE_HEAD = (
    "BPR*I*150*C*CHK************20260227", "TRN*1*CHECK88*1999999999", "DTM*405*20260226", "N1*PR*LAKESIDE HEALTH",
    "REF*2U*LH001", "N1*PE*MAPLE STREET CLINIC*XX*1234567893", "LX*1",
)  # fmt: skip
FIRST_CLAIM = (
    "CLP*A100*1*180*120*20*12*LH-1*11*1", "NM1*QC*1*ABERG*INGRID****MI*LH4411", "SVC*HC:G0463*100*60**1", "DTM*472*20260203",
    "CAS*CO*45*20", "CAS*PR*1*15**2*5", "REF*6R*L1", "AMT*B6*80", "LQ*HE*N130", "SVC*HC:J1100:JZ*80*60**2", "DTM*150*20260203",
    "DTM*151*20260204", "CAS*CO*45*20", "REF*6R*L2",
)  # fmt: skip
SECOND_CLAIM = ("CLP*A101*4*40*0**12*LH-2", "CAS*CO*197*40", "NM1*QC*1*ROWE*DESMOND****MI*LH4412")
REVERSAL = ("CLP*A90*22*-50*-30**12*LH-0", "CAS*CO*45*-20", "NM1*QC*1*ROWE*DESMOND****MI*LH4412")
CORRECTED = ("CLP*A90*1*50*50**12*LH-3", "NM1*QC*1*ROW*DESMOND****MI*LH4412", "NM1*74*1*ROWE")
PLB = ("PLB*1234567893*20261231*L6:INT*-10",)


def remittance() -> str:
    """Balanced: 120 and 0 and -30 and 50 for claims, and 10 more as interest, are 150."""
    return file("835", *REMITTANCE_HEAD, *FIRST_CLAIM, *SECOND_CLAIM, *REVERSAL, *CORRECTED, *PLB)
