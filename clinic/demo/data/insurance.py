"""Invented payers and plans."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Plan:
    payer: str
    payer_id: str
    kind: str
    plan: str
    prefix: str
    copay: int | None
    phone: str


PRAIRIE = Plan("Blue Prairie Health", "BPH01", "commercial", "PPO Standard", "BPX", 30, "+18005550111")
PRAIRIE_HD = Plan(
    "Blue Prairie Health", "BPH01", "commercial", "High Deductible 3200", "BPH", 0, "+18005550111"
)
LAKELAND = Plan("Lakeland Mutual", "LKM22", "commercial", "Choice HMO", "LK", 25, "+18005550122")
SUMMIT = Plan("Summit Employers Trust", "SET07", "commercial", "Select Plus", "S", 40, "+18005550133")
MEDICARE = Plan("Medicare Part B", "MCB00", "medicare", "Original Medicare", "", 0, "+18005550144")
ADVANTAGE = Plan("Cornerstone Advantage", "CSA15", "medicare", "Advantage Gold", "CA", 15, "+18005550155")
MEDICAID = Plan("State Medicaid", "STM09", "medicaid", "Family Care", "", 0, "+18005550166")
SUPPLEMENT = Plan("Homestead Supplement", "HMS31", "commercial", "Supplement G", "HS", None, "+18005550177")
ALL_PLANS = (PRAIRIE, PRAIRIE_HD, LAKELAND, SUMMIT, MEDICARE, ADVANTAGE, MEDICAID, SUPPLEMENT)

FAMILY_PLANS = ((PRAIRIE, 30), (PRAIRIE_HD, 10), (LAKELAND, 24), (SUMMIT, 14), (MEDICAID, 18), (None, 4))
ELDER_PLANS = ((MEDICARE, 62), (ADVANTAGE, 36), (LAKELAND, 2))
