"""The ground that every other test stands on."""

from __future__ import annotations

import socket

import psycopg
import pytest
from django.db import connection

from tests.support.network import OutsideNetwork


def test_default_connection_is_the_limited_role(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, rolsuper, pg_has_role('clinic_owner', 'member') FROM pg_roles "
                       "WHERE rolname = current_user")  # fmt: skip
        assert cursor.fetchone() == ("clinic_app", False, False)


def test_limited_role_makes_no_tables(raw_connections):
    (raw,) = raw_connections(1)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        raw.execute("CREATE TABLE intruder (id int)")
    raw.rollback()
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        raw.execute("CREATE TEMP TABLE intruder (id int)")


def test_lower_knows_accents_without_the_systems_locale(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT lower('ÉCOLE ÑANDÚ')")
        assert cursor.fetchone() == ("école ñandú",)


def test_the_outside_is_out_of_reach():
    with pytest.raises(OutsideNetwork), socket.socket() as link:
        link.connect(("192.0.2.1", 80))
    with pytest.raises(OutsideNetwork):
        socket.getaddrinfo("example.org", 443)


def test_redis_is_real(redis_client):
    assert redis_client.set("a", "1") is True
    assert redis_client.info("server")["redis_version"].startswith(("6.", "7.", "8."))
