"""Databases for journeys: one for all tests of a module, because a whole installation lives in it."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator

import psycopg
import pytest
from django.db import connection
from psycopg import sql

from tests.databases import url_of

# Like PostgreSQL's version or the browser, Redis is tested where the machine has it.
collect_ignore = [] if shutil.which("redis-server") else ["test_with_a_broker.py"]


@pytest.fixture(scope="module")
def module_database_url(tmp_path_factory: pytest.TempPathFactory, django_db_setup: None) -> Iterator[str]:
    """An empty database, for the processes that a module's tests start."""
    if connection.vendor == "sqlite":
        yield url_of(connection.settings_dict, name=str(tmp_path_factory.mktemp("database") / "own.sqlite3"))
        return
    name = f"heliograph_{secrets.token_hex(6)}"
    with psycopg.connect(url_of(connection.settings_dict, name="postgres"), autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield url_of(connection.settings_dict, name=name)
        finally:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
