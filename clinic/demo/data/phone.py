"""Calls and errands of a clinic day. (who calls, class, reason, outcome, note, task title, pool, priority)."""

CALLS = (
    ("patient", "routine", "Refill of blood pressure medicine, two tablets left. Pharmacy on Depot Street.", "message",
     "", "Refill request: blood pressure medicine", "provider", "normal"),
    ("guardian", "same_day", "Cough since Friday, woke up twice last night, no trouble breathing. Wants to be seen today.",
     "done", "Booked a same-day visit", "", "", ""),
    ("patient", "administrative", "Has a new insurance card and wants to know if we take the plan.", "message",
     "", "Call back about new insurance", "front_desk", "normal"),
    ("pharmacy", "routine", "Inhaler not covered, asks for the covered one.", "message",
     "", "Pharmacy: change inhaler to the covered one", "provider", "high"),
    ("family", "administrative", "Asks which papers to bring for the new patient visit.", "done", "Told", "", "", ""),
    ("patient", "routine", "Wants last week's lab results explained.", "message", "", "Results call-back wanted",
     "provider", "normal"),
    ("office", "routine", "Eye clinic sends the diabetes eye report by fax.", "message", "", "File the eye report",
     "ma", "normal"),
    ("patient", "administrative", "Running 15 minutes late.", "done", "Noted on the schedule", "", "", ""),
    ("payer", "administrative", "Needs the visit date for a referral.", "done", "Date given", "", "", ""),
    ("patient", "same_day", "Dizzy since starting the new pill, sitting down now, no chest pain.", "transferred",
     "Handed to Grace on the line", "", "", ""),
    ("guardian", "administrative", "School form for sports, needed by Friday.", "message", "",
     "Sports form to fill, needed by Friday", "ma", "normal"),
    ("patient", "routine", "Asks for a work note for yesterday's visit.", "message", "", "Work note for yesterday's visit",
     "front_desk", "normal"),
)  # fmt: skip
ERRANDS = (
    (
        "Use up COVID-19 vaccine before it expires",
        "Lot CV5593 expires this month. Call the patients who asked for it.",
        "lead_ma",
        "high",
    ),
    (
        "Vital signs monitor, room 4: service overdue",
        "The service company comes on Thursday morning.",
        "manager",
        "normal",
    ),
    (
        "Quarantined zoster lot: answer from the maker",
        "Lot ZO1871, refrigerator alarm on delivery day.",
        "lead_ma",
        "high",
    ),
    ("Referral to cardiology: no appointment yet", "Third try, voicemail left twice.", "front_desk", "high"),
    ("Prior authorization for knee MRI", "Payer wants the therapy notes.", "ma", "normal"),
    ("Unsigned notes older than two days", "See the list on your home page.", "provider", "normal"),
    ("Statement returned by the post", "Ask for the new address at the next visit.", "biller", "normal"),
    (
        "New hire starts on the first: workstation and login",
        "Front desk, part-time.",
        "administrator",
        "normal",
    ),
    ("Chart looked at from home network", "Ask who it was and why; note the answer.", "privacy", "normal"),
)
UNCLEAR_REPLIES = (
    ("ok but can i bring my son too he has a rash", "unclear"),
    ("R", "reschedule"),
    ("is this the same building as last time??", "unclear"),
    ("need later that day please", "reschedule"),
    ("who is this", "unclear"),
)
