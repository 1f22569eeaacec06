"""Shipped rules of practice: a start for the medical director's review, not legal advice.

General rows hold where no state row exists; a state's own row wins over them. What has no row is denied.
"""

from datetime import date

from django.db import migrations

FROM = date(2020, 1, 1)
TASKS = ("vitals", "room_patient", "give_vaccine", "inject", "draw", "perform_test", "ecg", "wound_care")
INDEPENDENT = ("MD", "DO", "NP", "PA")
CERTIFIED_MA = ("CMA", "CCMA", "RMA", "NCMA")
ANY_MA = (*CERTIFIED_MA, "MA")
NEEDS_ORDER = {"give_vaccine", "inject", "draw", "perform_test", "ecg", "wound_care"}
CALIFORNIA = "California Medical Board rules for medical assistants"
NEW_YORK = "New York: tasks kept for licensees, injections and vaccines included"


def _rows():
    for task in TASKS:
        order = task in NEEDS_ORDER
        for kind in INDEPENDENT:
            yield task, kind, "", "yes", False, "none", "", ""
        yield task, "RN", "", "yes", order, "none", "", ""
        yield task, "LPN", "", "yes", order, "available", "", ""
        for kind in CERTIFIED_MA:
            if not order:
                yield task, kind, "", "yes", False, "none", "", ""
            elif task in ("perform_test", "ecg"):
                yield task, kind, "", "yes", True, "available", "", ""
            else:
                words = "Training and supervised successes on file; dose verified" if task != "wound_care" else ""
                yield task, kind, "", "conditional", True, "on_site", words, ""
        if not order:
            yield task, "MA", "", "yes", False, "none", "", ""
    yield "ecg", "MA", "", "yes", True, "on_site", "", ""
    yield "perform_test", "MA", "", "conditional", True, "on_site", "Competency on file", ""
    yield "draw", "PBT", "", "yes", True, "available", "", ""
    yield from _california()
    for kind in ANY_MA:
        for task in ("give_vaccine", "inject"):
            yield task, kind, "NY", "no", False, "none", "", NEW_YORK


def _california():
    trained = "10 h of training and 10 each of IM, SC and ID injections and skin tests; dose verified"
    drawn = "10 h of training, 10 venipunctures and 10 skin punctures"
    for kind in ANY_MA:
        for task in ("give_vaccine", "inject"):
            yield task, kind, "CA", "conditional", True, "on_site", trained, CALIFORNIA
        yield "draw", kind, "CA", "conditional", True, "on_site", drawn, CALIFORNIA


def add(apps, schema_editor):
    rule = apps.get_model("staff", "ScopeRule")
    rule.objects.bulk_create(
        rule(
            task=task, credential=credential, state=state, allowed=allowed, order_needed=order,
            supervision=supervision, condition=condition, legal_reference=reference, effective_from=FROM,
        )
        for task, credential, state, allowed, order, supervision, condition, reference in _rows()
    )


def remove(apps, schema_editor):
    apps.get_model("staff", "ScopeRule").objects.filter(effective_from=FROM, reviewed_at__isnull=True).delete()


class Migration(migrations.Migration):
    dependencies = [("staff", "0001_initial")]

    operations = [migrations.RunPython(add, remove)]
