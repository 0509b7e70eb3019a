"""
The database under test, for the processes that tests start: shared with the test, or one of their own.

A pytest plugin (`pytest_plugins` in conftest.py). Which database it is, DATABASE_URL says: see settings.py and run.py.
"""

from __future__ import annotations

import contextlib
import pathlib
import secrets
import sqlite3
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode

import psycopg
import pytest
from django.db import connection
from psycopg import sql


def url_of(settings: dict[str, Any], *, name: str) -> str:
    """DATABASE_URL for the database called `name` where `settings` say."""
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    user, password = (quote(settings[part], safe="") for part in ("USER", "PASSWORD"))
    place = f"{settings['HOST']}:{settings['PORT']}".rstrip(":")
    options = urlencode({key: value for key, value in settings["OPTIONS"].items() if isinstance(value, str)})
    return f"postgres://{user}:{password}@{place}/{quote(name, safe='')}?{options}".rstrip("?")


@pytest.fixture
def shared_database_url(transactional_db: None) -> str:
    """The URL of the database that this test sees too: a child process given it works on the same rows."""
    return url_of(connection.settings_dict, name=str(connection.settings_dict["NAME"]))


@contextlib.contextmanager
def empty_database(folder: pathlib.Path, *, like: str = "template1") -> Iterator[str]:
    """The URL of a database that lives as long as the block, on the server under test; PostgreSQL's is a copy."""
    if connection.vendor == "sqlite":
        yield url_of(connection.settings_dict, name=str(folder / "own.sqlite3"))
        return
    name = f"heliograph_{secrets.token_hex(6)}"
    create = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(like))
    with psycopg.connect(url_of(connection.settings_dict, name="postgres"), autocommit=True) as server:
        server.execute(create)
        try:
            yield url_of(connection.settings_dict, name=name)
        finally:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@contextlib.contextmanager
def migrated_database(folder: pathlib.Path) -> Iterator[str]:
    """Like an empty one that was migrated, which takes seconds: a copy of the one under test, empty between tests."""
    original = str(connection.settings_dict["NAME"])
    connection.close()  # PostgreSQL copies what nobody is connected to
    with empty_database(folder, like=original) as url:
        if connection.vendor == "sqlite":
            with contextlib.closing(sqlite3.connect(original)) as source:
                source.execute("VACUUM INTO ?", [str(folder / "own.sqlite3")])
        yield url


@pytest.fixture
def own_database_url(tmp_path: pathlib.Path) -> Iterator[str]:
    """For a child process that migrates it and lives in it alone."""
    with empty_database(tmp_path) as url:
        yield url


@pytest.fixture(scope="module")
def module_database_url(tmp_path_factory: pytest.TempPathFactory, django_db_setup: None) -> Iterator[str]:
    """With its tables, for a whole installation that all tests of a module share."""
    with migrated_database(tmp_path_factory.mktemp("database")) as url:
        yield url
