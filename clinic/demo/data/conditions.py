"""Long-standing conditions with the medicine that goes with them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Condition:
    """How common by age: (from age, share of patients), the last that fits counts."""

    key: str
    code: str
    words: str
    by_age: tuple[tuple[int, float], ...]
    medicines: tuple[tuple[str, str, str, str], ...] = ()  # name, dose, route, frequency


CONDITIONS: tuple[Condition, ...] = (
    Condition("hypertension", "I10", "Essential (primary) hypertension", ((0, 0), (30, 0.1), (45, 0.28), (60, 0.52), (75, 0.62)),
              (("Lisinopril", "20 mg", "by mouth", "once a day"), ("Amlodipine", "5 mg", "by mouth", "once a day"),
               ("Losartan", "50 mg", "by mouth", "once a day"))),
    Condition("diabetes", "E119", "Type 2 diabetes mellitus without complications", ((0, 0), (35, 0.06), (50, 0.15), (65, 0.22)),
              (("Metformin", "500 mg", "by mouth", "twice a day with meals"),
               ("Metformin ER", "1000 mg", "by mouth", "once a day with supper"))),
    Condition("lipids", "E785", "Hyperlipidemia, unspecified", ((0, 0), (40, 0.18), (60, 0.42)),
              (("Atorvastatin", "20 mg", "by mouth", "once a day"), ("Rosuvastatin", "10 mg", "by mouth", "once a day"))),
    Condition("hypothyroid", "E039", "Hypothyroidism, unspecified", ((0, 0), (30, 0.05), (55, 0.1)),
              (("Levothyroxine", "75 mcg", "by mouth", "once a day before breakfast"),)),
    Condition("asthma", "J4520", "Mild intermittent asthma, uncomplicated", ((0, 0), (4, 0.1), (20, 0.07), (60, 0.04)),
              (("Albuterol inhaler", "90 mcg", "inhaled", "2 puffs every 4 hours as needed"),)),
    Condition("anxiety", "F411", "Generalized anxiety disorder", ((0, 0), (17, 0.12), (60, 0.06)),
              (("Sertraline", "50 mg", "by mouth", "once a day"), ("Escitalopram", "10 mg", "by mouth", "once a day"))),
    Condition("depression", "F330", "Major depressive disorder, recurrent, mild", ((0, 0), (18, 0.07)),
              (("Bupropion XL", "150 mg", "by mouth", "once a day in the morning"),)),
    Condition("adhd", "F902", "Attention-deficit hyperactivity disorder, combined type", ((0, 0), (6, 0.11), (19, 0.02), (40, 0)),
              (("Methylphenidate ER", "18 mg", "by mouth", "once a day in the morning"),)),
    Condition("reflux", "K219", "Gastro-esophageal reflux disease without esophagitis", ((0, 0), (25, 0.1), (50, 0.17)),
              (("Omeprazole", "20 mg", "by mouth", "once a day"), ("Famotidine", "20 mg", "by mouth", "at bedtime"))),
    Condition("arthritis", "M1711", "Unilateral primary osteoarthritis, right knee", ((0, 0), (52, 0.16), (70, 0.28)),
              (("Acetaminophen", "650 mg", "by mouth", "every 8 hours as needed"),)),
    Condition("obesity", "E669", "Obesity, unspecified", ((0, 0), (12, 0.06), (20, 0.22), (75, 0.1))),
    Condition("copd", "J449", "Chronic obstructive pulmonary disease, unspecified", ((0, 0), (55, 0.06), (68, 0.1)),
              (("Tiotropium inhaler", "18 mcg", "inhaled", "once a day"),)),
    Condition("afib", "I4891", "Unspecified atrial fibrillation", ((0, 0), (62, 0.06), (75, 0.13)),
              (("Warfarin", "5 mg", "by mouth", "once a day, as directed"), ("Apixaban", "5 mg", "by mouth", "twice a day"))),
    Condition("migraine", "G43909", "Migraine, unspecified, not intractable", ((0, 0), (16, 0.07), (58, 0.02)),
              (("Sumatriptan", "50 mg", "by mouth", "at onset, may repeat once"),)),
    Condition("rhinitis", "J309", "Allergic rhinitis, unspecified", ((0, 0), (5, 0.12), (60, 0.07)),
              (("Cetirizine", "10 mg", "by mouth", "once a day as needed"),)),
    Condition("eczema", "L209", "Atopic dermatitis, unspecified", ((0, 0.12), (6, 0.06), (18, 0.02)),
              (("Triamcinolone cream", "0.1 %", "on the skin", "twice a day as needed"),)),
)  # fmt: skip

ALLERGENS = (
    ("Penicillin", "medication", "Hives", "moderate", 9),
    ("Sulfa drugs", "medication", "Rash", "moderate", 5),
    ("Codeine", "medication", "Nausea", "mild", 3),
    ("Ibuprofen", "medication", "Stomach upset", "mild", 3),
    ("Amoxicillin", "medication", "Rash", "mild", 4),
    ("Latex", "environment", "Contact rash", "mild", 2),
    ("Peanut", "food", "Anaphylaxis", "severe", 3),
    ("Shellfish", "food", "Swelling of lips", "severe", 2),
    ("Bee venom", "environment", "Anaphylaxis", "severe", 1),
    ("Eggs", "food", "Hives", "mild", 1),
    ("Iodinated contrast", "medication", "Hives", "moderate", 1),
)
OVER_THE_COUNTER = (
    ("Vitamin D3", "1000 units", "by mouth", "once a day"),
    ("Multivitamin", "1 tablet", "by mouth", "once a day"),
    ("Aspirin", "81 mg", "by mouth", "once a day"),
    ("Fish oil", "1000 mg", "by mouth", "once a day"),
    ("Melatonin", "3 mg", "by mouth", "at bedtime as needed"),
)
