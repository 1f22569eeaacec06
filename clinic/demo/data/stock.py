"""What stands on the shelves, and what it costs. Makers by their MVX code, vaccines by CVX (CDC)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Lot:
    """Expiry in days from today, doses received, and what is special about it."""

    number: str
    expires_in: int
    received: int
    funding: str = "private"
    status: str = "usable"
    reason: str = ""


@dataclass(frozen=True)
class Stock:
    name: str
    kind: str
    unit: str
    pack_unit: str
    pack: int
    cost: str
    place: str
    par: int
    reorder: int
    received: int = 0
    cvx: str = ""
    mvx: str = ""
    dose_ml: str = "0.5"
    route: str = "IM"
    lots: tuple[Lot, ...] = ()
    weekly: int = 0  # used up each week beside what visits document


FRIDGE, STORE, LAB, CART = "Vaccine refrigerator", "Store room", "Lab", "Procedure cart"
VACCINES: tuple[Stock, ...] = (
    Stock("Influenza vaccine, trivalent, prefilled syringe", "vaccine", "dose", "box", 10, "19.40", FRIDGE, 120, 40,
          cvx="140", mvx="SKB", lots=(Lot("FL4427A", 196, 180), Lot("FL4391C", 120, 60), Lot("VF8812K", 190, 60, "vfc"))),
    Stock("DTaP vaccine", "vaccine", "dose", "box", 10, "28.10", FRIDGE, 20, 8,
          cvx="20", mvx="PMC", lots=(Lot("DT2290", 310, 30), Lot("DV1180", 260, 30, "vfc"))),
    Stock("Polio vaccine (IPV)", "vaccine", "dose", "vial", 10, "36.75", FRIDGE, 20, 8,
          cvx="10", mvx="PMC", lots=(Lot("IP0417", 280, 30), Lot("IP9031", 240, 20, "vfc"))),
    Stock("Hib vaccine (PRP-T)", "vaccine", "dose", "box", 5, "24.60", FRIDGE, 15, 5,
          cvx="48", mvx="PMC", lots=(Lot("HB6604", 330, 20), Lot("HB1192", 300, 20, "vfc"))),
    Stock("Pneumococcal vaccine PCV20", "vaccine", "dose", "box", 10, "251.00", FRIDGE, 20, 8,
          cvx="216", mvx="PFR", lots=(Lot("PC5508", 400, 40), Lot("PC3376", 360, 20, "vfc"))),
    Stock("Rotavirus vaccine", "vaccine", "dose", "box", 10, "118.00", FRIDGE, 10, 4,
          cvx="119", mvx="SKB", dose_ml="1.5", route="PO", lots=(Lot("RV1027", 150, 15), Lot("RV9900", 140, 15, "vfc"))),
    Stock("Hepatitis B vaccine, pediatric", "vaccine", "dose", "box", 10, "26.30", FRIDGE, 15, 6,
          cvx="08", mvx="MSD", lots=(Lot("HE7731", 420, 20), Lot("HE2245", 380, 20, "vfc"))),
    Stock("MMR vaccine", "vaccine", "dose", "box", 10, "89.20", FRIDGE, 15, 6,
          cvx="03", mvx="MSD", route="SC", lots=(Lot("MM3318", 210, 20), Lot("MM8070", 230, 20, "vfc"))),
    Stock("Varicella vaccine", "vaccine", "dose", "box", 10, "152.40", FRIDGE, 10, 4,
          cvx="21", mvx="MSD", route="SC", lots=(Lot("VA0926", 180, 15), Lot("VA5514", 200, 15, "vfc"))),
    Stock("Hepatitis A vaccine, pediatric", "vaccine", "dose", "box", 10, "35.80", FRIDGE, 15, 6,
          cvx="83", mvx="SKB", lots=(Lot("HA4402", 350, 20), Lot("HA1183", 330, 20, "vfc"))),
    Stock("Tdap vaccine", "vaccine", "dose", "box", 10, "42.90", FRIDGE, 20, 8,
          cvx="115", mvx="SKB", lots=(Lot("TD9914", 290, 30), Lot("TD2207", 270, 10, "vfc"))),
    Stock("HPV vaccine, 9-valent", "vaccine", "dose", "box", 10, "286.00", FRIDGE, 10, 6,
          cvx="165", mvx="MSD", lots=(Lot("HP6120", 340, 14), Lot("HP0458", 320, 10, "vfc"))),
    Stock("Meningococcal vaccine (MenACWY)", "vaccine", "dose", "box", 5, "144.00", FRIDGE, 10, 4,
          cvx="203", mvx="PMC", lots=(Lot("MN7705", 260, 12), Lot("MN3091", 250, 10, "vfc"))),
    Stock("Zoster vaccine, recombinant", "vaccine", "dose", "box", 10, "189.00", FRIDGE, 20, 8,
          cvx="187", mvx="SKB", lots=(Lot("ZO2246", 300, 20), Lot("ZO1871", 120, 8, status="quarantined",
                                      reason="Refrigerator alarm on delivery day, waiting for the maker's answer"))),
    Stock("COVID-19 vaccine, 12 years and older", "vaccine", "dose", "box", 10, "128.00", FRIDGE, 30, 10,
          cvx="309", mvx="PFR", dose_ml="0.3", lots=(Lot("CV5593", 19, 70),)),
)  # fmt: skip

SUPPLIES: tuple[Stock, ...] = (
    Stock("Rapid strep test", "kit", "test", "box", 25, "4.10", LAB, 50, 20, received=75, lots=(Lot("ST8841", 210, 75),)),
    Stock("Rapid influenza test", "kit", "test", "box", 25, "11.60", LAB, 50, 25, lots=(Lot("FT3302", 160, 50), Lot("FT2987", 9, 12))),
    Stock("Urine dipstick", "reagent", "strip", "bottle", 100, "0.38", LAB, 200, 80, lots=(Lot("UD1150", 240, 300),)),
    Stock("Hemoglobin A1c cartridge", "reagent", "cartridge", "box", 10, "7.90", LAB, 30, 12, lots=(Lot("AC6607", 130, 70),)),
    Stock("INR test strip", "reagent", "strip", "box", 24, "5.20", LAB, 24, 10, lots=(Lot("IN7410", 95, 48),)),
    Stock("Vacuum tube, lavender top", "supply", "tube", "rack", 100, "0.31", LAB, 200, 80, received=300, weekly=18),
    Stock("Vacuum tube, gold top", "supply", "tube", "rack", 100, "0.34", LAB, 200, 80, received=300, weekly=22),
    Stock("Exam gloves, medium", "supply", "pair", "box", 100, "0.09", STORE, 1500, 500, received=3000, weekly=210),
    Stock("Exam table paper", "supply", "roll", "case", 12, "3.40", STORE, 36, 12, received=60, weekly=6),
    Stock("Syringe 1 mL with 25G needle", "supply", "syringe", "box", 100, "0.22", STORE, 300, 100, received=500, weekly=38),
    Stock("Alcohol prep pad", "supply", "pad", "box", 200, "0.02", STORE, 800, 200, received=1400, weekly=90),
    Stock("Tongue depressor, sterile", "supply", "piece", "box", 100, "0.05", STORE, 300, 100, received=400, weekly=30),
    Stock("Gauze pad 4 x 4", "supply", "pad", "sleeve", 200, "0.04", CART, 400, 100, received=600, weekly=45),
    Stock("Suture removal kit", "kit", "kit", "box", 10, "2.80", CART, 20, 8, received=24, weekly=2),
    Stock("Ankle brace, adult", "supply", "piece", "each", 1, "18.50", STORE, 8, 3, received=14, weekly=1),
    Stock("Spacer for inhaler", "supply", "piece", "each", 1, "9.75", STORE, 10, 4, received=10, weekly=1),
    Stock("Face mask, adult", "supply", "mask", "box", 50, "0.07", STORE, 400, 150, received=500, weekly=70),
    Stock("Cyanocobalamin 1000 mcg/mL vial", "drug", "vial", "box", 25, "3.10", STORE, 25, 10, lots=(Lot("CB2018", 220, 30),)),
    Stock("Lidocaine 1 % vial", "drug", "vial", "box", 25, "2.20", CART, 25, 10, lots=(Lot("LD4476", 58, 25),)),
    Stock("Triamcinolone 40 mg vial", "drug", "vial", "box", 5, "12.90", CART, 10, 4, lots=(Lot("TR9033", 320, 12),)),
    Stock("Albuterol nebulizer solution", "drug", "ampule", "box", 30, "0.62", CART, 60, 20, lots=(Lot("AL1204", 170, 60), Lot("AL0917", -6, 8))),
    Stock("Ondansetron 4 mg tablet", "drug", "tablet", "card", 10, "0.85", CART, 30, 10, lots=(Lot("ON5561", 260, 40),)),
)  # fmt: skip

EQUIPMENT = (
    ("ECG machine", "ecg", "EC-22107", LAB, 64, "in_service", ""),
    ("Spirometer", "spirometer", "SP-0931", LAB, 12, "in_service", ""),
    ("Vital signs monitor, room 1", "monitor", "VM-4410", STORE, 180, "in_service", ""),
    ("Vital signs monitor, room 2", "monitor", "VM-4411", STORE, 180, "in_service", ""),
    ("Vital signs monitor, room 3", "monitor", "VM-4412", STORE, 180, "in_service", ""),
    ("Vital signs monitor, room 4", "monitor", "VM-4413", STORE, -9, "in_service", "Service visit booked"),
    ("Infant scale", "scale", "IS-7702", STORE, 98, "in_service", ""),
    ("Tabletop sterilizer", "sterilizer", "ST-1189", CART, 41, "in_service", ""),
    (
        "Nebulizer, portable",
        "nebulizer",
        "NB-3005",
        CART,
        150,
        "out_of_service",
        "Compressor noisy, sent for repair",
    ),
)

FEES = (
    # code, words, kind, price, cvx
    ("LOC-101", "Office visit, new patient", "visit", "210.00", ""),
    ("LOC-110", "Office visit, established patient", "visit", "128.00", ""),
    ("LOC-111", "Same-day visit", "visit", "112.00", ""),
    ("LOC-120", "Annual wellness visit", "visit", "225.00", ""),
    ("LOC-130", "Well-child visit", "visit", "165.00", ""),
    ("LOC-140", "Nurse visit", "visit", "38.00", ""),
    ("LOC-150", "Telephone or video visit", "visit", "85.00", ""),
    ("LOC-160", "Procedure visit", "visit", "118.00", ""),
    ("LOC-310", "Skin tag removal, up to 15", "procedure", "145.00", ""),
    ("LOC-311", "Wart freezing, first", "procedure", "120.00", ""),
    ("LOC-312", "Joint injection, large joint", "procedure", "170.00", ""),
    ("LOC-320", "Ankle brace, supplied and fitted", "procedure", "46.00", ""),
    ("LOC-321", "Suture removal", "procedure", "35.00", ""),
    ("LOC-330", "Nebulizer treatment", "procedure", "42.00", ""),
    ("LOC-331", "Injection, medicine included", "procedure", "48.00", ""),
    ("LOC-340", "ECG, tracing and reading", "procedure", "78.00", ""),
    ("LOC-400", "Blood draw", "lab", "18.00", ""),
    ("LOC-401", "Urine dipstick", "lab", "14.00", ""),
    ("LOC-405", "Hemoglobin A1c, in the clinic", "lab", "32.00", ""),
    ("LOC-406", "INR, in the clinic", "lab", "24.00", ""),
    ("LOC-407", "Blood draw and send-out handling, thyroid", "lab", "28.00", ""),
    ("LOC-410", "Rapid strep test", "lab", "26.00", ""),
    ("LOC-412", "Rapid influenza test", "lab", "38.00", ""),
    ("LOC-420", "Screening labs, draw and handling", "lab", "45.00", ""),
    ("LOC-590", "Vaccine administration", "admin", "25.00", ""),
)
VISIT_FEES = {
    "new-patient": "LOC-101", "follow-up": "LOC-110", "acute": "LOC-111", "wellness": "LOC-120",
    "well-child": "LOC-130", "nurse": "LOC-140", "telehealth": "LOC-150", "procedure": "LOC-160",
    "lab": "LOC-400", "ecg": "LOC-340",
}  # fmt: skip
