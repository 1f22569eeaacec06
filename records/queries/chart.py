"""The first screenful of the patient page, and the timeline below it."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db import connection
from django.urls import reverse

from clinic.core.phones import display
from clinic.core.profile import clinic_zone
from clinic.core.time import today, zone
from records.queries import banners
from records.queries.vitals import RawReading, RawSet, SetLine, raw_set_line
from records.rules.vitals.catalog import VITALS
from records.rules.vitals.limits import months_old

LISTS = banners.LISTS | {
    "problems": """
        SELECT q.id, q.text, d.display AS code, q.onset_on, q.status, q.version FROM records_problem q
        LEFT JOIN records_diagnosiscode d ON d.id = q.code_id
        WHERE q.patient_id = p.id AND q.retracted_at IS NULL AND q.status <> 'resolved'
        ORDER BY (q.status = 'active') DESC, q.onset_on DESC NULLS LAST, q.text""",
    "medications": """
        SELECT m.id, m.name, m.dose, m.route, m.frequency, m.status, m.is_over_the_counter FROM records_medication m
        WHERE m.patient_id = p.id AND m.retracted_at IS NULL AND m.status <> 'stopped' ORDER BY m.name""",
    "reviews": """
        SELECT DISTINCT ON (r.list_name) r.list_name, r.at, r.changed, r.kind,
               trim(u.first_name || ' ' || u.last_name) AS by
        FROM records_reviewstamp r JOIN staff_member u ON u.id = r.by_id
        WHERE r.patient_id = p.id ORDER BY r.list_name, r.at DESC""",
    "related": """
        SELECT l.id, l.name, l.relation, l.phone, l.is_emergency, l.is_guardian, l.is_proxy, l.may_discuss
        FROM records_relatedperson l
        WHERE l.patient_id = p.id AND (l.ends_on IS NULL OR l.ends_on >= current_date)
        ORDER BY l.is_guardian DESC, l.is_emergency DESC, l.created_at""",
    "immunizations": """
        SELECT i.id, i.vaccine, i.cvx, i.given_at, i.source, i.status FROM records_immunization i
        WHERE i.patient_id = p.id AND i.retracted_at IS NULL ORDER BY i.given_at DESC LIMIT 6""",
    "encounters": """
        SELECT e.id, e.kind, e.started_at, e.reason, e.status FROM records_encounter e
        WHERE e.patient_id = p.id ORDER BY e.started_at DESC LIMIT 4""",
}
SPARKED = ("systolic", "pulse", "weight")


@dataclass(frozen=True)
class VitalsSummary:
    """The last set, and how each sign went before it."""

    last: SetLine | None
    sparks: Mapping[str, list[Decimal]]
    bmi: Decimal | None


@dataclass(frozen=True)
class Chart:
    """The first screenful."""

    banner: banners.Banner
    row: Mapping
    vitals: VitalsSummary
    open_encounter: Mapping | None


def chart(patient_id: UUID) -> Chart:
    """Everything of the first screenful. Two queries: the patient with all lists, and the last vitals."""
    row = _dressed(banners.fetch(patient_id, LISTS))
    open_one = next((one for one in row["encounters"] if one["status"] == "open"), None)
    return Chart(banners.banner_of(row), row, vitals_summary(patient_id, row["birth_date"]), open_one)


def _dressed(row: dict) -> dict:
    """The row with the strings that the page shows."""
    for one in row["contacts"]:
        one["shown"] = one["value"] if one["kind"] == "email" else display(one["value"])
    for one in row["related"]:
        flags = (
            ("is_emergency", "emergency contact"),
            ("is_guardian", "guardian"),
            ("is_proxy", "health care proxy"),
            ("may_discuss", "may discuss care"),
        )
        one["roles"] = ", ".join(words for key, words in flags if one[key])
        one["phone_shown"] = display(one["phone"])
    for one in row["allergies"]:
        one["is_dangerous"] = banners.is_dangerous(one)
    place = " ".join(filter(None, (row["state"], row["postal_code"])))
    parts = (row["address_line1"], row["address_line2"], row["city"], place)
    row["address"] = ", ".join(filter(None, parts))
    row["language_name"] = banners.language_name(row["language"])
    return row


_VITALS_SQL = """
SELECT s.id, s.encounter_id, s.measured_at, s.is_late, s.note,
       coalesce(u.first_name || ' ' || left(u.last_name, 1) || '.', 'Imported'),
       r.vital, r.sequence, r.entered_value, r.entered_unit, r.value, r.code_value, r.detail::json, r.tier,
       r.not_done_reason, r.is_excluded
FROM (SELECT * FROM records_vitalset WHERE patient_id = %s AND retracted_at IS NULL
      ORDER BY measured_at DESC, id DESC LIMIT 8) AS s
LEFT JOIN staff_member u ON u.id = s.recorded_by_id
LEFT JOIN records_vitalreading r ON r.set_id = s.id
ORDER BY s.measured_at DESC, s.id DESC, r.sequence
"""


def vitals_summary(patient_id: UUID, born: dt.date) -> VitalsSummary:
    """The newest set with values, and up to eight earlier values of what is drawn. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_VITALS_SQL, [patient_id])
        rows = cursor.fetchall()
    sparks: dict[str, list[Decimal]] = {name: [] for name in VITALS}
    readings: dict[str, list[RawReading]] = {}
    for row in rows:
        one = RawReading(*row[6:])
        if one.vital is None:
            continue
        if one.sequence == 1 and one.value is not None and one.vital in sparks:
            sparks[one.vital].insert(0, one.value)
        if row[0] == rows[0][0]:
            readings.setdefault(one.vital, []).append(one)
    if not rows:
        return VitalsSummary(None, sparks, None)
    months = months_old(born, today(clinic_zone()))
    height = sparks["height"][-1] if sparks["height"] else None
    last = raw_set_line(RawSet(*rows[0][:6], readings), months, height)
    return VitalsSummary(last, sparks, last.bmi)


@dataclass(frozen=True)
class Event:
    """One line of the timeline."""

    kind: str
    id: UUID
    at: dt.datetime
    title: str
    detail: str
    is_struck: bool
    day: str = ""
    is_new_day: bool = False

    @property
    def url(self) -> str:
        """Where the line leads; lists stand on the page itself."""
        if self.kind == "visits":
            return reverse("records:encounter", args=[self.id])
        if self.kind == "calls":
            return reverse("inbox:call", args=[self.id])
        return reverse("records:note", args=[self.id]) if self.kind == "notes" else ""

    @property
    def tone(self) -> str:
        return _TONES.get(self.kind, "past")


# kind, label, statement. Each statement gives kind, id, at, title, detail, struck.
_PARTS = {
    "visits": """
        SELECT 'visits', e.id, e.started_at, initcap(e.kind) || ' visit',
               e.reason || coalesce(' · ' || nullif(trim(u.first_name || ' ' || u.last_name), ''), ''), false
        FROM records_encounter e LEFT JOIN staff_member u ON u.id = e.provider_id
        WHERE e.patient_id = %(id)s AND e.kind <> 'phone'""",
    "notes": """
        SELECT 'notes', n.id, coalesce(n.signed_at, n.created_at),
               CASE n.kind WHEN 'addendum' THEN 'Addendum' WHEN 'nurse' THEN 'Nurse note' ELSE 'Visit note' END
                   || CASE WHEN n.signed_at IS NULL THEN ' (draft)' ELSE '' END,
               left(concat_ws(' · ', nullif(n.sections->>'assessment', ''), nullif(n.sections->>'plan', ''),
                              nullif(n.sections->>'text', '')), 160), false
        FROM records_note n WHERE n.patient_id = %(id)s""",
    "vitals": """
        SELECT 'vitals', s.id, s.measured_at, 'Vital signs',
               coalesce((SELECT string_agg(k.label || ' ' || r.entered_value || CASE r.vital WHEN 'systolic' THEN
                                '/' || coalesce((SELECT d.entered_value FROM records_vitalreading d WHERE d.set_id = s.id
                                                 AND d.vital = 'diastolic' AND d.sequence = 1), '') ELSE '' END,
                                ' · ' ORDER BY k.n)
                         FROM records_vitalreading r JOIN unnest(%(vitals)s::text[], %(labels)s::text[])
                              WITH ORDINALITY AS k(code, label, n) ON k.code = r.vital
                         WHERE r.set_id = s.id AND r.sequence = 1 AND r.not_done_reason = ''), ''),
               s.retracted_at IS NOT NULL
        FROM records_vitalset s WHERE s.patient_id = %(id)s""",
    "vaccines": """
        SELECT 'vaccines', i.id, i.given_at,
               CASE i.status WHEN 'refused' THEN 'Vaccine refused: ' ELSE '' END || i.vaccine,
               concat_ws(' · ', CASE i.source WHEN 'historical' THEN 'history' ELSE nullif(i.lot_number, '') END,
                         nullif(i.site, '')), i.retracted_at IS NOT NULL
        FROM records_immunization i WHERE i.patient_id = %(id)s""",
    "results": """
        SELECT 'results', t.id, t.observed_at, t.name, concat_ws(' ', t.value_text, nullif(t.unit, '')),
               t.retracted_at IS NOT NULL
        FROM records_result t WHERE t.patient_id = %(id)s""",
    "calls": """
        SELECT 'calls', c.id, c.started_at,
               CASE WHEN c.by_id IS NULL THEN 'Automated call' WHEN c.direction = 'out' THEN 'Call to the patient'
                    ELSE 'Phone call' END,
               left(concat_ws(' · ', c.reason, nullif(c.outcome_note, ''), replace(c.outcome, '_', ' ')), 160), false
        FROM inbox_phonecall c WHERE c.patient_id = %(id)s""",
    "problems": """
        SELECT 'problems', q.id, q.recorded_at, 'Problem: ' || q.text, q.status, q.retracted_at IS NOT NULL
        FROM records_problem q WHERE q.patient_id = %(id)s""",
    "medications": """
        SELECT 'medications', m.id, m.recorded_at, 'Medication: ' || m.name,
               concat_ws(' · ', nullif(m.dose, ''), nullif(m.frequency, ''), m.status), m.retracted_at IS NOT NULL
        FROM records_medication m WHERE m.patient_id = %(id)s""",
}
KINDS = tuple(_PARTS)
_TONES = {"visits": "now", "notes": "done", "vaccines": "done"}


def timeline(
    patient_id: UUID,
    kinds: Sequence[str] = (),
    text: str = "",
    before: dt.datetime | None = None,
    limit: int = 30,
) -> tuple[list[Event], bool]:
    """What happened, newest first, of these kinds (all when none), with a text in it. One query.

    Returns the events and whether there are older ones.
    """
    chosen = [kind for kind in KINDS if kind in kinds] or list(KINDS)
    union = " UNION ALL ".join(f"({_PARTS[kind]})" for kind in chosen)
    shown = {
        code: "BP" if code == "systolic" else one.label for code, one in VITALS.items() if code != "diastolic"
    }
    where = ["at < %(before)s"]
    values = {
        "id": patient_id,
        "before": before or dt.datetime.max.replace(tzinfo=dt.UTC),
        "vitals": list(shown),
        "labels": list(shown.values()),
    }
    if text.strip():
        where.append("(title || ' ' || detail) ILIKE %(text)s")
        values["text"] = f"%{text.strip()[:60].replace('%', '').replace('_', ' ')}%"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT * FROM ({union}) AS events (kind, id, at, title, detail, struck) "  # noqa: S608
            f"WHERE {' AND '.join(where)} ORDER BY at DESC, id DESC LIMIT {int(limit) + 1}",
            values,
        )
        rows = cursor.fetchall()
    return _dated([Event(*row) for row in rows[:limit]]), len(rows) > limit


def _dated(events: list[Event]) -> list[Event]:
    tz, last, dated = zone(clinic_zone()), "", []
    for one in events:
        day = f"{one.at.astimezone(tz):%b} {one.at.astimezone(tz).day}, {one.at.astimezone(tz).year}"
        dated.append(Event(one.kind, one.id, one.at, one.title, one.detail, one.is_struck, day, day != last))
        last = day
    return dated
