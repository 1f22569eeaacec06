"""Indexes and constraints out of the way of a bulk load, and back: a row costs a tenth without them.

What was taken down is kept in a table first, so that a load that is killed leaves no doubt about its state.
"""

from __future__ import annotations

import json
import queue
import threading
from collections.abc import Callable, Iterable, Iterator

from django.db import connection, connections

UNFINISHED, DONE = "unfinished", "done"

# A schema of its own: nothing of the clinic's tables changes.
_MARK = """
CREATE SCHEMA IF NOT EXISTS scale_seed;
CREATE TABLE IF NOT EXISTS scale_seed.run (state text NOT NULL, options jsonb NOT NULL,
    started_at timestamptz NOT NULL DEFAULT now(), finished_at timestamptz);
CREATE TABLE IF NOT EXISTS scale_seed.bone (rank int NOT NULL, relation text NOT NULL, statement text NOT NULL);
"""
# Rank 0: keys and exclusions, which foreign keys need. 1: indexes. 2: foreign keys, 3: checked.
# A foreign key that is added unchecked and then checked locks little, so that several are checked at once.
_BONES = """
SELECT CASE WHEN contype = 'f' THEN 2 ELSE 0 END, conrelid::regclass::text,
    format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s', conrelid::regclass, conname, pg_get_constraintdef(oid))
        || CASE WHEN contype = 'f' THEN ' NOT VALID' ELSE '' END,
    format('ALTER TABLE %%s DROP CONSTRAINT %%I', conrelid::regclass, conname)
FROM pg_constraint
WHERE contype IN ('p', 'u', 'x', 'f') AND connamespace = 'public'::regnamespace
    AND (conrelid::regclass::text = ANY(%(tables)s)
         OR contype = 'f' AND confrelid::regclass::text = ANY(%(tables)s))
UNION ALL
SELECT 3, conrelid::regclass::text,
    format('ALTER TABLE %%s VALIDATE CONSTRAINT %%I', conrelid::regclass, conname), NULL
FROM pg_constraint
WHERE contype = 'f' AND connamespace = 'public'::regnamespace
    AND (conrelid::regclass::text = ANY(%(tables)s) OR confrelid::regclass::text = ANY(%(tables)s))
UNION ALL
SELECT 1, indrelid::regclass::text, pg_get_indexdef(indexrelid), format('DROP INDEX %%s', indexrelid::regclass)
FROM pg_index i
WHERE indrelid::regclass::text = ANY(%(tables)s)
    AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = i.indexrelid AND c.contype IN ('p', 'u', 'x'))
ORDER BY 1
"""


def state() -> tuple[str, dict]:
    """How the last bulk load of this database ended ("" where there was none), and what it was asked for."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s)", ["scale_seed.run"])
        if cursor.fetchone()[0] is None:
            return "", {}
        cursor.execute("SELECT state, options::text FROM scale_seed.run ORDER BY started_at DESC LIMIT 1")
        row = cursor.fetchone()
        return (row[0], json.loads(row[1])) if row else ("", {})


def begin(options: dict) -> None:
    """Marks the database as one of a bulk load that is not finished yet."""
    with connection.cursor() as cursor:
        cursor.execute(_MARK)
        cursor.execute("DELETE FROM scale_seed.run; DELETE FROM scale_seed.bone")
        cursor.execute(
            "INSERT INTO scale_seed.run (state, options) VALUES (%s, %s)", [UNFINISHED, json.dumps(options)]
        )


def finish() -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE scale_seed.run SET state = %s, finished_at = now()", [DONE])
        cursor.execute("DELETE FROM scale_seed.bone")


def take_down(tables: Iterable[str]) -> int:
    """Drops keys, indexes and foreign keys of `tables` and switches their triggers off; returns how many."""
    names = list(tables)
    with connection.cursor() as cursor:
        cursor.execute(_BONES, {"tables": names})
        bones = cursor.fetchall()
        cursor.executemany(
            "INSERT INTO scale_seed.bone (rank, relation, statement) VALUES (%s, %s, %s)",
            [bone[:3] for bone in bones],
        )
        for _, _, _, drop in sorted(bones, key=lambda bone: -bone[0]):
            if drop:
                cursor.execute(drop)
        for name in names:
            cursor.execute(f'ALTER TABLE "{name}" DISABLE TRIGGER USER')
    return len(bones)


def put_back(tables: Iterable[str], *, hands: int, progress: Callable[[int, int], None]) -> None:
    """Builds everything again, `hands` statements at a time; a row that breaks a rule stops it with the rule's name."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rank, relation, statement FROM scale_seed.bone "
            "ORDER BY statement LIKE '% EXCLUDE %' DESC, pg_relation_size(relation::regclass) DESC, rank, statement"
        )
        bones = cursor.fetchall()
    done = 0
    for ranks in ((0, 1), (2,), (3,)):
        jobs = _by_table(bones, ranks)
        for _ in side_by_side(jobs, 1 if ranks == (2,) else hands):
            done += 1
            progress(done, len(bones))
    with connection.cursor() as cursor:
        for name in tables:
            cursor.execute(f'ALTER TABLE "{name}" ENABLE TRIGGER USER')


def _by_table(bones: list[tuple[int, str, str]], ranks: tuple[int, ...]) -> list[list[str]]:
    """The statements of one table together, by rank: two at one table would only wait for each other."""
    jobs: dict[str, list[tuple[int, str]]] = {}
    for rank, relation, statement in bones:
        if rank in ranks:
            jobs.setdefault(relation, []).append((rank, statement))
    return [[statement for _, statement in sorted(job)] for job in jobs.values()]


def side_by_side(jobs: list[list[str]], hands: int) -> Iterator[None]:
    """Runs jobs in `hands` connections, the statements of a job one after the other; yields after each statement."""
    waiting: queue.SimpleQueue[list[str]] = queue.SimpleQueue()
    ended: queue.SimpleQueue[BaseException | None] = queue.SimpleQueue()
    for job in jobs:
        waiting.put(job)

    def work() -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET maintenance_work_mem = '512MB'; SET max_parallel_maintenance_workers = 0; "
                               "SET work_mem = '256MB'; SET lock_timeout = 0; SET statement_timeout = 0")  # fmt: skip
                while True:
                    try:
                        job = waiting.get_nowait()
                    except queue.Empty:
                        return
                    for statement in job:
                        cursor.execute(statement)
                        ended.put(None)
        except BaseException as error:  # handed to the one who waits
            ended.put(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, daemon=True) for _ in range(hands)]
    for thread in threads:
        thread.start()
    for _ in range(sum(map(len, jobs))):
        error = ended.get()
        if error is not None:
            raise error
        yield
    for thread in threads:
        thread.join()
