"""Makes a first `migrate` about twice as fast, without changing what it does to the database.

Django renders a model and everything related to it anew for each index and constraint that a migration
adds, though neither changes anything in another model. With a hundred tables that all lead to the
patient, this is most of what a first `migrate` does.
"""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator
from typing import Any

from django.db.migrations.state import ProjectState


def _append_option(state: ProjectState, app_label: str, model_name: str, option_name: str, obj: Any) -> None:
    options = state.models[app_label, model_name].options
    options[option_name] = [*options.get(option_name, []), obj]
    if "apps" in state.__dict__:  # the rendered model learns of it, the models around it need not
        meta = state.apps.get_model(app_label, model_name)._meta
        setattr(meta, option_name, [*getattr(meta, option_name), obj])
        meta._expire_cache()


@contextlib.contextmanager
def quick_migrations() -> Iterator[None]:
    """Within it, `migrate` adds indexes and constraints to its state without rendering models anew."""
    rendered = ProjectState._append_option
    ProjectState._append_option = _append_option
    gc.disable()  # rendering makes and drops millions of small objects that no cycle search needs to visit
    try:
        yield
    finally:
        ProjectState._append_option = rendered
        gc.enable()
