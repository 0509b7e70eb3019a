"""What `make bench` prints: each figure of the product beside its baseline, and their ratio."""

from __future__ import annotations

import dataclasses
import os
import statistics
from collections.abc import Sequence

ROUNDS = 3


@dataclasses.dataclass(frozen=True, kw_only=True)
class Figure:
    """One round of one side: calls a second, and within how many milliseconds 50 and 99 % of them were answered."""

    per_second: float
    ms_50: float | None = None
    ms_99: float | None = None


def heading() -> str:
    return (
        f"{os.cpu_count()} cores, medians of {ROUNDS} rounds; waits in milliseconds, of 50 and 99 % of the calls\n\n"
        f"{'':26}{'calls a second':^24}{'':9}{'product waits':>17}{'baseline waits':>17}\n"
        f"{'':26}{'product':>12}{'baseline':>12}{'ratio':>9}{'50 %':>9}{'99 %':>8}{'50 %':>9}{'99 %':>8}"
    )


def line(what: str, *, product: Sequence[Figure], baseline: Sequence[Figure]) -> str:
    mine, bare = (statistics.median(figure.per_second for figure in side) for side in (product, baseline))
    waits = "".join(f"{_ms(side, '50'):>9}{_ms(side, '99'):>8}" for side in (product, baseline))
    return f"{what:26}{mine:>12,.0f}{bare:>12,.0f}{mine / bare:>9.0%}{waits}".rstrip()


def _ms(side: Sequence[Figure], share: str) -> str:
    waits = [figure.ms_50 if share == "50" else figure.ms_99 for figure in side]
    known = [wait for wait in waits if wait is not None]
    return f"{statistics.median(known):.1f}" if known else ""
