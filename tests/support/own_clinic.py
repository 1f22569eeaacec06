"""A clinic on a database server of its own, which a test may destroy."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import psycopg
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from clinic.core.actor import Actor
from clinic.runtime.postgres import APP, DATABASE, OWNER, SUPERUSER, PostgresServer, find_binaries
from clinic.runtime.processes import clean_environment, make_folder
from tests.support.cluster import ROOT

KEY = "for tests only " * 4


class OwnClinic:
    """PostgreSQL, stored files and audit head in `folder`; commands run as an operator would run them.

    `fast` as for PostgresServer: acknowledged writes may be lost when the server is killed.
    """

    def __init__(self, folder: Path, *, fast: bool = True):
        self.folder = folder
        self.server = PostgresServer(folder / "server", fast=fast)
        self.files = folder / "files"
        self.backups = folder / "backups"
        self.head = folder / "audit-head.log"

    def start(self) -> OwnClinic:
        self.files.mkdir(parents=True, exist_ok=True)
        self.server.start()
        return self

    def copy_of(self, other: OwnClinic) -> None:
        """Takes over the stopped clinic `other`: data and passwords, with their owners and modes."""
        make_folder(self.server.folder)
        make_folder(self.server.cluster.parent)
        for source, target in (
            (other.server.cluster, self.server.cluster),
            (other.server._secrets, self.server._secrets),
        ):
            subprocess.run(["cp", "-a", source, target], check=True)

    def destroy(self) -> None:
        """The machine is lost: server, data, files and audit head. Backups stand elsewhere."""
        self.server.destroy()
        shutil.rmtree(self.files, ignore_errors=True)
        self.head.unlink(missing_ok=True)

    def environment(self, **more: str) -> dict[str, str]:
        return {
            **os.environ,
            "DATABASE_URL": self.server.url(APP),
            "DATABASE_OWNER_URL": self.server.url(OWNER),
            "MEDIA_ROOT": str(self.files),
            "AUDIT_HEAD_FILE": str(self.head),
            "BACKUP_KEY": KEY,
            **more,
        }

    def manage(self, *argv: str | Path, fails: bool = False, **more: str) -> str:
        """Output and complaints of a command; the test fails when it does not end as expected."""
        done = subprocess.run(
            [sys.executable, ROOT / "manage.py", *map(str, argv)],
            cwd=ROOT, env=self.environment(**more), text=True, capture_output=True, check=False, timeout=900,
        )  # fmt: skip
        assert (done.returncode != 0) is fails, done.stdout + done.stderr
        return done.stdout + done.stderr

    @contextmanager
    def in_use(self, settings, *, role: str = APP) -> Iterator[None]:
        """Django's own connection works on this clinic."""
        from django.db import connection

        parts = urlsplit(self.server.url(role))
        ours = {
            "NAME": DATABASE,
            "USER": parts.username,
            "PASSWORD": parts.password,
            "HOST": dict(parse_qsl(parts.query))["host"],
            "PORT": "",
        }
        before = {name: connection.settings_dict[name] for name in ours}
        connection.close()
        connection.settings_dict.update(ours)
        settings.MEDIA_ROOT, settings.AUDIT_HEAD_FILE = str(self.files), str(self.head)
        try:
            yield
        finally:
            connection.close()
            connection.settings_dict.update(before)

    def fill(self, settings, size: str) -> None:
        """People and their data: `small`, one of nearly everything, or `demo`, a clinic with years of it. And a file."""
        from clinic.files.services import store_file
        from tests.support import small_clinic

        if size == "demo":
            self.manage("seed_demo", CLINIC_DEMO="1")
        with self.in_use(settings):
            if size == "small":
                small_clinic.build()
            picture = io.BytesIO()
            Image.new("RGB", (40, 20), "teal").save(picture, "PNG")
            store_file(
                by=Actor.system("tests.clinic"),
                upload=SimpleUploadedFile("card.png", picture.getvalue()),
                owner_kind="records.photo",
            )

    def prints(self, database: str = DATABASE) -> dict[str, tuple[int, str]]:
        """Rows and a checksum of every table, by other arithmetic than the backup's own."""
        with psycopg.connect(self.server.url(OWNER, database), autocommit=True) as link:
            link.execute("SET timezone = 'UTC'")
            tables = link.execute(
                "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
            ).fetchall()
            return {
                name: link.execute(
                    "SELECT count(*), md5(coalesce(string_agg(h, '' ORDER BY h), '')) "
                    f'FROM (SELECT md5(t::text) AS h FROM "{name}" t) x'
                ).fetchone()
                for (name,) in tables
            }

    def program(self, name: str, *argv: str | Path) -> list[str | Path]:
        """The command line of one of PostgreSQL's programs, as the cluster's superuser."""
        return [
            find_binaries() / "bin" / name, "--host", str(self.server.socket_folder), "--username", SUPERUSER,
            "--no-password", *argv,
        ]  # fmt: skip

    def program_environment(self) -> dict[str, str]:
        return clean_environment({"PGPASSWORD": self.server._passwords[SUPERUSER]})
