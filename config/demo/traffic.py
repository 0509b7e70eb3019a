"""
What the shop sent with each template in its sixty days, and what became of it: invented, and the same on every run.

Days are counted back from today, which is 0, so that the figures go with the story and not with the calendar.
"""

from __future__ import annotations

import dataclasses
import zlib
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from templates_app.traffic import Counts


class Stretch(NamedTuple):
    """From this day on (until the next stretch): messages a day, and the shares of them; `read` of those delivered."""

    since: int
    sent: int
    failed: float = 0.006
    read: float = 0.0
    opted_out: float = 0.0005


@dataclasses.dataclass(frozen=True, kw_only=True)
class Plan:
    """`markets`: in hundredths. `every`: days between two mailings."""

    markets: Mapping[str, int]
    stretches: Sequence[Stretch]
    every: int = 1


@dataclasses.dataclass(frozen=True, kw_only=True)
class Sent:
    """Messages of one template to one market, so many days ago."""

    template: str
    ago: int
    market: str
    counts: Counts


UNDER_WAY = 0.004  # the share of which nobody hears: phones that are off
TODAY = 0.35  # of a day's messages, which went out today already

PLANS = {
    "order_confirmation.en_GB": Plan(
        markets={"GB": 70, "IE": 18, "US": 12},
        stretches=[
            Stretch(59, 138, read=0.90),
            Stretch(27, 142, failed=0.034, read=0.79),  # a carrier's outage, which harmed nothing for long
            Stretch(23, 146, read=0.90),
        ],
    ),
    "order_confirmation.pt_BR": Plan(
        markets={"BR": 78, "PT": 22},
        stretches=[
            Stretch(57, 104, failed=0.007, read=0.86, opted_out=0.001),
            Stretch(8, 122, failed=0.009, read=0.66, opted_out=0.024),  # then YELLOW
        ],
    ),
    "parcel_on_its_way.en_GB": Plan(
        markets={"GB": 60, "IE": 15, "US": 15, "DE": 10},
        stretches=[Stretch(59, 112, read=0.82), Stretch(20, 126, read=0.81)],
    ),
    "parcel_on_its_way.ar": Plan(
        markets={"AE": 60, "SA": 40}, stretches=[Stretch(43, 31, read=0.77), Stretch(15, 38, read=0.79)]
    ),
    "refund_issued.en_GB": Plan(markets={"GB": 76, "IE": 14, "US": 10}, stretches=[Stretch(54, 15, read=0.88)]),
    "login_code.en": Plan(
        markets={"GB": 80, "IE": 20},
        stretches=[
            Stretch(12, 84, failed=0.008, read=0.52),
            Stretch(5, 190, failed=0.092, read=0.47),  # somebody types numbers that are nobody's
        ],
    ),
    "winter_sale.en_GB": Plan(
        markets={"GB": 74, "IE": 14, "US": 12},
        stretches=[
            Stretch(35, 240, read=0.58, opted_out=0.004),
            Stretch(23, 250, failed=0.010, read=0.45, opted_out=0.013),  # YELLOW, RED, and the first pause
            Stretch(16, 120, failed=0.009, read=0.43, opted_out=0.016),  # RED, and the second
            Stretch(10, 90, failed=0.009, read=0.42, opted_out=0.017),
            Stretch(4, 90, failed=0.013, read=0.33, opted_out=0.034),  # RED, and the end
            Stretch(2, 0),
        ],
    ),
    "winter_sale.fr": Plan(
        markets={"FR": 86, "BE": 14},
        stretches=[
            Stretch(34, 112, read=0.55, opted_out=0.004),
            Stretch(15, 118, failed=0.010, read=0.42, opted_out=0.015),  # YELLOW, RED, a pause
            Stretch(8, 70, failed=0.008, read=0.47, opted_out=0.010),
            Stretch(3, 96, failed=0.011, read=0.31, opted_out=0.030),  # RED again
        ],
    ),
    "back_in_stock.es": Plan(
        markets={"ES": 81, "MX": 19},
        stretches=[
            Stretch(40, 74, read=0.61, opted_out=0.003),
            Stretch(26, 80, read=0.62, opted_out=0.003),
            Stretch(5, 92, failed=0.008, read=0.36, opted_out=0.017),  # with the text that nobody here wrote
        ],
    ),
    "review_request.pt_BR": Plan(
        markets={"BR": 100},
        stretches=[
            Stretch(53, 45, failed=0.008, read=0.34, opted_out=0.011),  # YELLOW, flagged
            Stretch(36, 46, failed=0.007, read=0.45, opted_out=0.003),
            Stretch(9, 58, failed=0.006, read=0.31, opted_out=0.012),  # both again
        ],
    ),
    "studio_newsletter.en_GB": Plan(
        markets={"GB": 82, "IE": 10, "US": 8},
        stretches=[Stretch(56, 620, failed=0.009, read=0.49, opted_out=0.005), Stretch(8, 0)],
        every=7,
    ),
}


def sent() -> Iterator[Sent]:
    """Everything that was sent, oldest first for each template."""
    for template, plan in PLANS.items():
        for ago in range(plan.stretches[0].since, -1, -1):
            stretch = next(one for one in reversed(plan.stretches) if one.since >= ago)
            if stretch.sent and ago % plan.every == 0:
                for market, hundredths in plan.markets.items():
                    counts = _counts(stretch, hundredths, ago, seed=f"{template} {market} {ago}")
                    yield Sent(template=template, ago=ago, market=market, counts=counts)


def _counts(stretch: Stretch, hundredths: int, ago: int, *, seed: str) -> Counts:
    volume = stretch.sent * hundredths / 100 * (1 if ago else TODAY)
    messages = _drawn(volume, 0.12, f"{seed} sent")
    failed = _drawn(messages * stretch.failed, 0.3, f"{seed} failed")
    delivered = messages - failed - _drawn(messages * UNDER_WAY, 0.3, f"{seed} under way")
    return {
        "sent": messages,
        "failed": failed,
        "delivered": delivered,
        "read": min(delivered, _drawn(delivered * stretch.read, 0.04, f"{seed} read")),
        "opted_out": _drawn(delivered * stretch.opted_out, 0.3, f"{seed} opted out"),
    }


def _drawn(expected: float, spread: float, seed: str) -> int:
    """A number about the expected one: it looks like chance, and is always the same for the same seed."""
    factor = 1 + spread * (2 * _chance(seed) - 1)
    return int(expected * factor + _chance(f"{seed} up"))


def _chance(seed: str) -> float:
    return zlib.crc32(seed.encode()) / 2**32
