"""Fresh databases on one PostgreSQL server, copied from each other, and dropped at the end."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterator

import psycopg
from psycopg import sql


class Databases:
    def __init__(self, server_url: str) -> None:
        self._server_url = server_url
        self._made: list[str] = []

    def create(self, *, like: str = "") -> str:
        """The URL of a new database: an empty one, or a copy of the one at the URL `like`."""
        name = f"heliograph_bench_{secrets.token_hex(6)}"
        source = like.partition("?")[0].rpartition("/")[2] or "template0"
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(source))
        with psycopg.connect(self._server_url, autocommit=True) as server:
            server.execute(statement)
        self._made.append(name)
        return self._url_of(name)

    def _url_of(self, name: str) -> str:
        """Also where the host is a folder (`postgres://…?host=`), which the standard library writes back wrongly."""
        base, mark, options = self._server_url.partition("?")
        scheme, _, rest = base.partition("://")
        return f"{scheme}://{rest.partition('/')[0]}/{name}{mark}{options}"

    def drop_all(self) -> None:
        with psycopg.connect(self._server_url, autocommit=True) as server:
            for name in reversed(self._made):
                server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@contextlib.contextmanager
def databases(server_url: str) -> Iterator[Databases]:
    made = Databases(server_url)
    try:
        yield made
    finally:
        made.drop_all()


def number(url: str, query: str) -> int:
    """The number that this query answers."""
    with psycopg.connect(url) as connection:
        row = connection.execute(query.encode()).fetchone()
    return int(row[0]) if row else 0


def empty(url: str, table: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL("TRUNCATE {} CASCADE").format(sql.Identifier(table)))


def let_columns_be_empty(url: str) -> None:
    """Lets every column be empty, so that raw SQL need not name those that it says nothing about."""
    columns = """
        SELECT c.table_name, c.column_name FROM information_schema.columns c
        WHERE c.table_schema = 'public' AND c.is_nullable = 'NO' AND NOT EXISTS (
            SELECT FROM information_schema.key_column_usage k
            JOIN information_schema.table_constraints t USING (constraint_schema, constraint_name)
            WHERE t.constraint_type = 'PRIMARY KEY' AND (k.table_name, k.column_name) = (c.table_name, c.column_name))
    """
    with psycopg.connect(url) as connection:
        for table, column in connection.execute(columns).fetchall():
            names = sql.Identifier(table), sql.Identifier(column)
            connection.execute(sql.SQL("ALTER TABLE {} ALTER COLUMN {} DROP NOT NULL").format(*names))
