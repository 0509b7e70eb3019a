"""What changed in one line of plain English."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from templates_app.diff.comparison import Change, Comparison
from templates_app.diff.naming import quoted
from templates_app.diff.variables import Variables

# Values that say more than that they changed.
_TELLING = ("language", "category", "parameter_format", "format", "type", "otp_type")

_MOST = 6


def summary(comparison: Comparison) -> str:
    """For the list of versions; never empty."""
    clauses = list(dict.fromkeys([*map(_clause, comparison.changes), *_about(comparison.variables)]))
    if not clauses:
        return "Nothing changed."
    if len(clauses) > _MOST:
        clauses[_MOST - 1 :] = [f"{len(clauses) - _MOST + 1} more changes"]
    line = "; ".join(clauses)
    return f"{line[:1].upper()}{line[1:]}."


def _clause(change: Change) -> str:
    if change.kind == "changed" and isinstance(change.before, str) and isinstance(change.after, str):
        steps = change.path.split("/")
        if steps[-1] in _TELLING:
            return f"{change.what} changed from {change.before} to {change.after}"
        if steps[-3:-2] == ["buttons"] and steps[-1] == "text":
            return f"{change.what} changed to {quoted(change.after)}"
    return f"{change.what} {change.kind}"


def _about(variables: Variables) -> Iterator[str]:
    if variables.removed:
        yield f"{_counted(variables.removed)} removed"
    for before, after in variables.renamed:
        yield f"variable {before} is now {after}"
    if variables.added:
        yield f"{_counted(variables.added)} added"


def _counted(names: Sequence[str]) -> str:
    *rest, last = names
    return f"variables {', '.join(rest)} and {last}" if rest else f"variable {last}"
