"""The general rules of 5010 as pyx12 knows them. It is a tool for tests and set-up: where it isn't installed, that is said."""

from __future__ import annotations

import importlib.util
import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from billing.edi.checks.findings import Finding, error
from billing.edi.tokens import Source

# What its maps are for: by our name of the kind, the versions that a group may say.
MAPS = {
    "837P": {"005010X222A1"}, "835": {"005010X221A1"}, "999": {"005010X231", "005010X231A1"}, "277CA": {"005010X214"},
}  # fmt: skip
# Its map of the 277CA refuses every real file that was tried, so what it says of that one is advice.
ADVICE = {"277CA"}


def is_installed() -> bool:
    """Whether pyx12 is there."""
    return importlib.util.find_spec("pyx12") is not None


def has_map(kind: str, version: str) -> bool:
    """Whether pyx12 can check a transaction set of this kind and version."""
    return version in MAPS.get(kind, ())


def check_by_maps(given: bytes | str | Path) -> list[Finding]:
    """What pyx12 finds in a file of whose kinds it has maps. Call it only where `is_installed`."""
    import pyx12.errors
    import pyx12.params
    import pyx12.x12n_document

    logging.getLogger("pyx12").setLevel(logging.CRITICAL)
    text = "".join(Source(given).text())
    if not text.isascii():
        return [error("maps", "File", "The file holds letters outside ASCII; pyx12 reads none.")]
    report = io.StringIO()
    try:
        pyx12.x12n_document.x12n_document(
            param=pyx12.params.params(), src_file=io.StringIO(text), fd_997=None, fd_html=None, fd_xmldoc=None,
            fd_json=report, map_path=None,
        )  # fmt: skip
    except pyx12.errors.EngineError as refused:
        return [error("maps", "File", f"pyx12 can't check the file: {refused}")]
    return list(_findings(json.loads(report.getvalue()), "File"))


def _findings(node: Any, where: str) -> Iterator[Finding]:
    """The errors of a nested report, each with the place it stands at."""
    if isinstance(node, list):
        for one in node:
            yield from _findings(one, where)
        return
    if not isinstance(node, dict):
        return
    where = _place(node, where)
    for one in node.get("errors") or ():
        yield error("maps", where, one.get("err_str") or str(one.get("err_cde")))
    for name, value in node.items():
        if name != "errors" and isinstance(value, list):
            yield from _findings(value, where)


def _place(node: dict[str, Any], where: str) -> str:
    if "seg_id" in node:
        return f"Segment {node.get('cur_line')} ({node['seg_id']})"
    if "trn_set_control_num" in node:
        return f"Set {node['trn_set_control_num']}"
    if "gs_control_num" in node:
        return f"Group {node['gs_control_num']}"
    return where
