"""Why people come, and what is found: one row per kind of visit the demo clinic sees.

Diagnosis codes are ICD-10-CM without the dot. Wording is our own, plain, and about nobody.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Complaint:
    """`needs` is a chronic condition that only patients who have it come for. Ages in years."""

    key: str
    visit_type: str
    weight: float
    reason: str
    codes: tuple[str, ...]
    story: str
    found: str
    plan: str
    ages: tuple[float, float] = (0, 120)
    sex: str = ""
    needs: str = ""
    vitals: tuple[str, ...] = ()  # fever, tachypnea, pain, high_bp, low_oxygen
    extras: tuple[str, ...] = ()  # fee codes beside the visit's own
    orders: bool = False
    follow_up_days: int = 0
    spanish: str = field(default="", repr=False)


def _acute() -> tuple[Complaint, ...]:
    return (
        Complaint("sore_throat", "acute", 7, "Sore throat since Sunday, hurts to swallow", ("J029",),
                  "Three days of sore throat with pain on swallowing. No cough. Drinking fluids.",
                  "Pharynx red without exudate, small tender neck nodes, lungs clear. Rapid strep negative.",
                  "Supportive care, fluids, acetaminophen as needed. Return if worse or not better in 5 days.",
                  ages=(3, 60), vitals=("fever", "pain"), extras=("LOC-410",), orders=True),
        Complaint("strep", "acute", 4, "Sore throat and fever, school sent home", ("J020",),
                  "Two days of sore throat, fever and headache. A classmate has strep.",
                  "Tonsils enlarged with exudate, tender nodes. Rapid strep positive.",
                  "Amoxicillin for 10 days. No school until 24 hours after the first dose and no fever.",
                  ages=(4, 19), vitals=("fever", "pain"), extras=("LOC-410",), orders=True),
        Complaint("cough", "acute", 9, "Cough for 10 days, worse at night", ("J209",),
                  "Dry cough after a cold, worse lying down. No blood, no chest pain, no weight loss.",
                  "Scattered rhonchi that clear with cough, no wheeze, good air movement.",
                  "Likely viral bronchitis. Honey, humidifier, inhaler if wheezing. Chest film if not better in 2 weeks.",
                  ages=(2, 90), vitals=("tachypnea",)),
        Complaint("flu", "acute", 5, "Fever, body aches, started yesterday", ("J111",),
                  "Sudden fever, chills, aches and dry cough since yesterday. Coworkers ill.",
                  "Looks tired, not toxic. Lungs clear. Rapid flu A positive.",
                  "Antiviral discussed and started, within 48 hours. Rest and fluids. Warning signs reviewed.",
                  ages=(5, 80), vitals=("fever", "tachypnea"), extras=("LOC-412",), orders=True),
        Complaint("uti", "acute", 6, "Burning with urination, 2 days", ("N390",),
                  "Frequency, urgency and burning for two days. No fever, no flank pain.",
                  "Abdomen soft, no flank tenderness. Dipstick: leukocytes and nitrite positive.",
                  "Nitrofurantoin for 5 days, culture sent. Call if fever or back pain.",
                  ages=(16, 88), sex="female", vitals=("pain",), extras=("LOC-401",), orders=True),
        Complaint("ear", "acute", 6, "Pulling at ear, fussy at night", ("H6690",),
                  "Cold for a week, now ear pain and poor sleep. Eating less.",
                  "Right ear drum red and bulging. Throat clear. Well hydrated.",
                  "Amoxicillin by weight for 10 days. Pain relief by weight. Recheck in 2 weeks if not well.",
                  ages=(0.5, 9), vitals=("fever",)),
        Complaint("back", "acute", 6, "Low back pain after lifting boxes", ("M5450",),
                  "Pain across the low back since lifting on the weekend. No leg weakness, bladder normal.",
                  "Tender paraspinal muscles, straight leg raise negative, strength and reflexes normal.",
                  "Stay active, heat, naproxen with food for a week. Exercise sheet given. Red flags reviewed.",
                  ages=(19, 75), vitals=("pain",)),
        Complaint("rash", "acute", 4, "Itchy rash on both arms", ("L309",),
                  "Itchy patches for a week, new laundry soap. No fever, no one else at home has it.",
                  "Dry red patches in both elbow creases, no blisters.",
                  "Hydrocortisone cream twice a day for a week, plain moisturizer, change of soap.",
                  ages=(1, 80)),
        Complaint("ankle", "acute", 4, "Twisted ankle playing soccer", ("S93409A",),
                  "Rolled the left ankle yesterday. Could walk four steps right after.",
                  "Swelling over the outer ankle, no bone tenderness, foot pulses good.",
                  "Sprain. Ice, wrap, elevation, brace for 2 weeks. No film needed by the ankle rules.",
                  ages=(8, 55), vitals=("pain",), extras=("LOC-320",)),
        Complaint("stomach", "acute", 4, "Vomiting since last night", ("A084",),
                  "Vomited six times, loose stools, no blood. Keeping small sips down this morning.",
                  "Mouth moist, abdomen soft, mild diffuse tenderness, no guarding.",
                  "Oral rehydration in small sips, ondansetron once. Return if no urine in 8 hours or blood.",
                  ages=(2, 70), vitals=("fever",)),
        Complaint("pinkeye", "acute", 3, "Red eye with discharge, day care needs a note", ("H1033",),
                  "Red eye with crusting since this morning. Vision normal, no pain.",
                  "Conjunctiva red with yellow discharge, cornea clear.",
                  "Antibiotic drops for 5 days, hand washing. Back to day care tomorrow.",
                  ages=(1, 12)),
        Complaint("asthma_flare", "acute", 3, "Wheezing, using inhaler every 4 hours", ("J4521",),
                  "Cold for three days, wheeze since yesterday. Albuterol helps for three to four hours.",
                  "Expiratory wheeze on both sides, speaks in full sentences. Better after a nebulizer.",
                  "Prednisone for 5 days, albuterol every 4 hours today. Action plan reviewed. Call tomorrow.",
                  ages=(4, 60), needs="asthma", vitals=("tachypnea", "low_oxygen"), extras=("LOC-330",), orders=True),
        Complaint("dizzy", "acute", 2, "Dizzy when standing up", ("R42",),
                  "Light-headed on standing for a week, since the water pill was raised.",
                  "Sitting to standing fall of 18 systolic. Heart regular, no focal signs.",
                  "Back to the former dose, fluids, recheck blood pressure in one week with the nurse.",
                  ages=(60, 95), needs="hypertension", follow_up_days=7),
        # Never drawn: given to one patient of today, so that a provider has a red flag to answer.
        Complaint("severe_bp", "acute", 0, "Headache, pharmacy machine showed very high pressure", ("I10",),
                  "Dull headache since morning. Ran out of the pressure pills five days ago. No chest pain, no weakness.",
                  "Alert, walks well, no focal signs. Repeat pressure slightly lower.",
                  "Back on the former dose today, recheck in 2 days, warning signs gone through.",
                  ages=(35, 90), vitals=("severe_bp",), follow_up_days=2),
    )  # fmt: skip


def _follow_ups() -> tuple[Complaint, ...]:
    return (
        Complaint("bp_check", "follow-up", 12, "Blood pressure follow-up", ("I10",),
                  "Takes the medicine most days. Home readings 130s over 80s. No chest pain, no headache.",
                  "Heart regular, lungs clear, no edema.",
                  "Continue. Salt and walking reviewed. Labs due before the next visit in 3 months.",
                  ages=(30, 95), needs="hypertension", follow_up_days=90),
        Complaint("bp_raise", "follow-up", 3, "Blood pressure still high at home", ("I10",),
                  "Home readings in the 150s for two weeks. Takes the medicine every day.",
                  "Heart regular, lungs clear, no edema, fundi not seen well.",
                  "Dose raised. Home log. Nurse visit for a recheck in 2 weeks.",
                  ages=(35, 92), needs="hypertension", vitals=("high_bp",), follow_up_days=14),
        Complaint("diabetes", "follow-up", 8, "Diabetes check", ("E119", "Z7984"),
                  "Checks sugar in the morning, mostly 120 to 150. No lows. Walks 20 minutes a day.",
                  "Feet: pulses present, monofilament normal. No ulcers.",
                  "A1c today. Continue metformin. Eye referral renewed. Back in 3 months.",
                  ages=(35, 88), needs="diabetes", extras=("LOC-405",), orders=True, follow_up_days=90),
        Complaint("thyroid", "follow-up", 3, "Thyroid follow-up, tired lately", ("E039",),
                  "More tired than usual for a month, dry skin. Takes the tablet before breakfast.",
                  "Thyroid not enlarged, reflexes normal.",
                  "TSH drawn, dose to follow the result. Back in 8 weeks.",
                  ages=(28, 85), needs="hypothyroid", extras=("LOC-407",), orders=True, follow_up_days=56),
        Complaint("mood", "follow-up", 5, "Anxiety follow-up", ("F411",),
                  "Sleeps better, fewer worries. Takes sertraline daily, no side effects but dry mouth.",
                  "Calm, good eye contact, speech normal, no thoughts of self-harm.",
                  "Continue sertraline. Counseling every two weeks. Back in 6 weeks.",
                  ages=(17, 70), needs="anxiety", follow_up_days=42),
        Complaint("adhd", "follow-up", 4, "ADHD medicine check", ("F902",),
                  "Teacher reports better focus until early afternoon. Appetite down at lunch.",
                  "Friendly, some fidgeting. Heart regular. Growth along the curve.",
                  "Same dose. Weight and blood pressure fine. Refill, back in 3 months.",
                  ages=(6, 18), needs="adhd", follow_up_days=90),
        Complaint("asthma", "follow-up", 4, "Asthma check", ("J4520",),
                  "Rescue inhaler once or twice a month, no night cough. Uses a spacer.",
                  "Lungs clear, no wheeze on forced breath.",
                  "Well controlled. Action plan renewed for school. Back in 6 months.",
                  ages=(4, 65), needs="asthma", follow_up_days=180),
        Complaint("knee", "follow-up", 4, "Knee pain, stairs are hard", ("M1711",),
                  "Right knee aches with stairs and after sitting. Morning stiffness under 20 minutes.",
                  "Crepitus, no swelling, full extension, walks with a slight limp.",
                  "Topical diclofenac, physical therapy referral, cane on the left. Back in 6 weeks.",
                  ages=(50, 92), needs="arthritis", vitals=("pain",), follow_up_days=42),
        Complaint("reflux", "follow-up", 3, "Heartburn follow-up", ("K219",),
                  "Heartburn twice a week, down from daily. Late meals on work days.",
                  "Abdomen soft, no tenderness.",
                  "Lowest dose that works, head of bed raised, no food 3 hours before bed.",
                  ages=(25, 80), needs="reflux", follow_up_days=120),
        Complaint("copd", "follow-up", 2, "COPD follow-up", ("J449",),
                  "Breathless on one flight of stairs, as before. Two packs a week, thinking of quitting.",
                  "Distant breath sounds, long expiration, no wheeze.",
                  "Inhaler technique reviewed. Quit line and nicotine patches. Pneumonia vaccine up to date.",
                  ages=(55, 90), needs="copd", vitals=("low_oxygen",), follow_up_days=90),
        Complaint("weight", "follow-up", 3, "Weight management visit", ("E669",),
                  "Keeps a food log most days, lost three pounds. Walks at lunch.",
                  "Blood pressure fine, waist measured.",
                  "Next goal five percent. Protein at breakfast, two strength days. Back in 6 weeks.",
                  ages=(20, 68), needs="obesity", follow_up_days=42),
        Complaint("migraine", "follow-up", 2, "Migraine follow-up", ("G43909",),
                  "Two migraines this month, sumatriptan works within an hour. Keeps a diary.",
                  "Neurologic exam normal.",
                  "Continue as needed, magnesium at night. Back in 3 months.",
                  ages=(16, 58), needs="migraine", follow_up_days=90),
        Complaint("wound_check", "follow-up", 2, "Stitches out", ("Z4802",),
                  "Cut on the forearm 9 days ago, closed at urgent care. No drainage.",
                  "Clean, dry, edges together. Five stitches removed.",
                  "Strips for 3 days, sun protection. Return if it opens.",
                  ages=(5, 75), extras=("LOC-321",)),
    )  # fmt: skip


def _planned() -> tuple[Complaint, ...]:
    return (
        Complaint("physical", "wellness", 9, "Annual physical", ("Z0000",),
                  "Feels well. Screening history reviewed: sleep, mood, alcohol, safety at home.",
                  "General exam normal for age.",
                  "Screening labs and vaccines by schedule. Healthy habits sheet. Back in a year.",
                  ages=(18, 64), extras=("LOC-420",), orders=True, follow_up_days=365),
        Complaint("medicare_wellness", "wellness", 7, "Medicare wellness visit", ("Z0000",),
                  "Lives at home, manages own medicines. No falls this year. Advance directive on file.",
                  "Gait steady, hearing fair, memory screen normal.",
                  "Prevention plan printed. Bone density and eye exam due. Back in a year.",
                  ages=(65, 97), follow_up_days=365),
        Complaint("well_baby", "well-child", 8, "Well-baby visit", ("Z00129",),
                  "Feeds well, sleeps on the back, smiles and coos. Parents have no worries today.",
                  "Soft fontanel, hips stable, red reflex both sides, good tone.",
                  "Vaccines today. Safe sleep, car seat rear facing, reading aloud. Next visit by schedule.",
                  ages=(0.1, 2), follow_up_days=90),
        Complaint("well_child", "well-child", 9, "Well-child visit", ("Z00129",),
                  "Does well at school, sleeps ten hours, eats most vegetables. Screen time an hour or two.",
                  "Growing along the curve. Heart, lungs, spine and teeth fine.",
                  "Vaccines as due. Helmet, seat belt, water safety. School form filled.",
                  ages=(2, 12), follow_up_days=365),
        Complaint("teen", "well-child", 5, "Sports physical and check-up", ("Z00129",),
                  "No fainting, no chest pain with exercise, no concussion. Talked alone for part of the visit.",
                  "Heart without murmur standing and lying, joints normal.",
                  "Cleared for sports. Vaccines as due. Sleep and phone habits.",
                  ages=(12, 19), follow_up_days=365),
        Complaint("new_patient", "new-patient", 10, "New patient, to establish care", ("Z0000",),
                  "Moved here this summer. Records requested. Medicines and history gone through together.",
                  "General exam without surprises.",
                  "Baseline labs. Medicines continued. Back in 4 to 6 weeks to go over results.",
                  ages=(18, 85), extras=("LOC-420",), orders=True, follow_up_days=35),
        Complaint("skin_tag", "procedure", 3, "Skin tag removal", ("L918",),
                  "Two tags on the neck that catch on collars. Wants them off. Consent signed.",
                  "Two 3 mm tags, left neck. Snipped after cleaning, no bleeding.",
                  "Keep clean and dry. Call for redness.", ages=(25, 80), extras=("LOC-310",)),
        Complaint("wart", "procedure", 2, "Wart freezing", ("B079",),
                  "Two warts on the right hand for six months, store treatment did not help.",
                  "Two common warts, 5 mm. Frozen twice, 10 seconds each.",
                  "Blister expected. Repeat in 3 weeks if needed.", ages=(7, 50), extras=("LOC-311",),
                  vitals=("pain",), follow_up_days=21),
        Complaint("joint_injection", "procedure", 2, "Knee injection", ("M1711",),
                  "Knee pain not eased by therapy. Risks and benefits discussed, consent signed.",
                  "Right knee prepared, injected without trouble.",
                  "Rest 24 hours, ice. Back in 6 weeks.", ages=(52, 88), needs="arthritis", extras=("LOC-312",),
                  vitals=("pain",), follow_up_days=42),
        Complaint("nurse_bp", "nurse", 6, "Blood pressure recheck", ("I10",),
                  "Nurse visit for blood pressure after a change of dose.", "Two readings taken, sitting, left arm.",
                  "Averages sent to the provider.", ages=(35, 92), needs="hypertension"),
        Complaint("flu_shot", "nurse", 8, "Flu shot", ("Z23",),
                  "Here for a flu shot. No fever, no egg reaction, never fainted with shots.", "",
                  "Given, observed 15 minutes, well.", ages=(3, 90)),
        Complaint("b12", "nurse", 2, "B12 injection, monthly", ("E538",),
                  "Monthly injection, no trouble after the last one.", "", "Given in the left arm. Next in 4 weeks.",
                  ages=(50, 92), extras=("LOC-331",), follow_up_days=28),
        Complaint("fasting_labs", "lab", 9, "Fasting labs", ("Z13220",),
                  "Fasting since 8 PM. Drawn from the left arm on the first try.", "", "Results to the provider.",
                  ages=(25, 90), extras=("LOC-420", "LOC-400")),
        Complaint("a1c", "lab", 4, "A1c before visit", ("E119",),
                  "Finger stick and vein sample before next week's visit.", "", "Results to the provider.",
                  ages=(35, 88), needs="diabetes", extras=("LOC-405", "LOC-400")),
        Complaint("inr", "lab", 2, "INR check", ("Z7901", "I4891"),
                  "On warfarin, no bleeding, no missed dose.", "", "Result to the provider today.",
                  ages=(55, 92), needs="afib", extras=("LOC-406",)),
        Complaint("ecg", "ecg", 2, "ECG before surgery", ("Z01810",),
                  "Cataract surgery in two weeks. No chest pain.", "Tracing taken lying, good quality.",
                  "To the provider for over-read.", ages=(50, 88), extras=("LOC-340",)),
        Complaint("results_call", "telehealth", 4, "Results by phone", ("Z712",),
                  "Lab results gone over by phone. Questions answered.", "", "As discussed; no change.",
                  ages=(20, 85)),
    )  # fmt: skip


COMPLAINTS: tuple[Complaint, ...] = (*_acute(), *_follow_ups(), *_planned())
BY_KEY = {complaint.key: complaint for complaint in COMPLAINTS}
