"""The running clinic that the faults are tried on. Models are imported late: this file is read before Django is."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from tests.reliability.served import Caller, Web, database_proxy, redis_proxy


@pytest.fixture
def clinic_today(transactional_db) -> SimpleNamespace:
    from tests.reliability.today import make_today

    return make_today()


@pytest.fixture(scope="module")
def servers(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[SimpleNamespace]:
    """The web server with proxies before PostgreSQL and Redis, started once for a module."""
    with (
        database_proxy() as (postgres, database_url),
        redis_proxy() as (redis, redis_url),
        Web(tmp_path_factory.mktemp("web"), DATABASE_URL=database_url, REDIS_URL=redis_url) as web,
    ):
        yield SimpleNamespace(postgres=postgres, redis=redis, web=web)


@pytest.fixture
def desk(servers, clinic_today) -> Iterator[Caller]:
    """The front desk, signed in; the proxies forward before and after."""
    caller = Caller(servers.web).sign_in("frontdesk")
    yield caller
    for proxy in (servers.postgres, servers.redis):
        proxy.set("pass")
    caller.client.close()
