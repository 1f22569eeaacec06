from django.db import models
from django.db.migrations.state import ModelState, ProjectState

from clinic.core.quick_migrations import quick_migrations


def _state() -> ProjectState:
    state = ProjectState()
    fields = [("id", models.AutoField(primary_key=True)), ("name", models.TextField())]
    state.add_model(ModelState("app", "Thing", fields, {"indexes": [], "constraints": []}))
    return state


def test_indexes_and_constraints_reach_the_state_and_the_rendered_model():
    unique = models.UniqueConstraint(fields=["name"], name="app_thing_once")
    index = models.Index(fields=["name"], name="app_thing_name")
    slow, quick = _state(), _state()
    for state in (slow, quick):
        state.apps  # noqa: B018 - renders the models
    slow.add_constraint("app", "thing", unique)
    slow.add_index("app", "thing", index)
    before = quick.apps.get_model("app", "thing")
    with quick_migrations():
        quick.add_constraint("app", "thing", unique)
        quick.add_index("app", "thing", index)
    assert quick.models["app", "thing"] == slow.models["app", "thing"]
    assert quick.apps.get_model("app", "thing") is before
    for state in (slow, quick):
        meta = state.apps.get_model("app", "thing")._meta
        assert [one.name for one in meta.constraints] == ["app_thing_once"]
        assert [one.name for one in meta.indexes] == ["app_thing_name"]
        assert [one.name for one in meta.total_unique_constraints] == ["app_thing_once"]


def test_django_gets_its_own_way_back():
    before = ProjectState._append_option
    with quick_migrations():
        assert ProjectState._append_option is not before
    assert ProjectState._append_option is before
