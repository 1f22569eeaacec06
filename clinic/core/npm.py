"""The few files of npm packages that pages use, found in node_modules under names of our own.

Packages carry far more (sources, right-to-left variants, modules that import what is not there) than a
page needs; only what `settings.NPM_FILES` names is collected and served.
"""

from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.contrib.staticfiles.utils import matches_patterns
from django.core.files.storage import FileSystemStorage


class NpmFinder(BaseFinder):
    """Static files named in `settings.NPM_FILES`: {public folder: (folder in node_modules, (names, ...))}."""

    def find(self, path: str, find_all: bool = False, **_kwargs) -> str | list[str]:
        folder, _, name = path.rpartition("/")
        source, names = settings.NPM_FILES.get(folder, (None, ()))
        if source is None or name not in names:
            return [] if find_all else ""
        found = str(Path(source) / name)
        return [found] if find_all else found

    def list(self, ignore_patterns: list[str] | None) -> Iterator[tuple[str, FileSystemStorage]]:
        for folder, (source, names) in settings.NPM_FILES.items():
            storage = FileSystemStorage(location=source)
            storage.prefix = folder
            for name in names:
                if not matches_patterns(name, ignore_patterns or []):
                    yield name, storage

    def check(self, **_kwargs) -> list:
        return []
