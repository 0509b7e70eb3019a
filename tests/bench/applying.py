"""Webhook calls applied: the worker's task and the same in raw SQL, each on its own copy of one backlog, in turns."""

from __future__ import annotations

import json
import pathlib
import subprocess
import sys
from collections.abc import Mapping

from tests.bench import databases
from tests.bench.environment import ROOT, environment
from tests.bench.table import ROUNDS, Figure, line

EFFECT = (
    "SELECT count(*) FROM providers_webhookcall WHERE state = 'applied' AND due_at IS NULL",
    "SELECT count(*) FROM templates_app_template",
    "SELECT count(*) FROM templates_app_templateevent",
)


def run(module: str, *arguments: object, environment: Mapping[str, str]) -> str:
    """What a module of this folder prints, run in a process of its own."""
    command = [sys.executable, "-m", f"tests.bench.{module}", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout


def measure(made: databases.Databases, *, prepared: str, folder: pathlib.Path, backlog: int) -> str:
    rounds = [_round(made, prepared=prepared, folder=folder, backlog=backlog) for _ in range(ROUNDS)]
    what = f"applying {backlog:,} calls"
    return line(what, product=[one for one, _ in rounds], baseline=[other for _, other in rounds])


def _round(made: databases.Databases, *, prepared: str, folder: pathlib.Path, backlog: int) -> tuple[Figure, Figure]:
    urls = made.create(like=prepared), made.create(like=prepared)
    databases.let_columns_be_empty(urls[1])
    given = [environment(database_url=url, folder=folder) for url in urls]
    told = json.loads(run("product_applying", environment=given[0]))
    bare_seconds = float(run("bare_applying", told["batch"], environment=given[1]))
    effects = [[databases.number(url, query) for query in EFFECT] for url in urls]
    if effects[0] != effects[1] or effects[0][0] != backlog:
        raise ValueError(f"the product and its baseline did not do the same: {effects}")
    return Figure(per_second=backlog / told["seconds"]), Figure(per_second=backlog / bare_seconds)
