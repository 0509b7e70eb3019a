"""
Early warning that a template's quality may turn RED, and how often such warnings were right.

Pure. A warning names its drivers: rates that moved the bad way from the template's own history.
"""

from __future__ import annotations

import dataclasses
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from templates_app.rates import Comparison, Outcome, compare
from templates_app.trends import Sample, in_order

DELIVERY, READ, OPT_OUT, FAILURES = "delivery", "read", "opt_out", "failures"
NOT_ENOUGH, CALM, WARNING, TOO_LATE = "not_enough", "calm", "warning", "too_late"
HIGH, RAISED = "high", "raised"

WINDOW = timedelta(days=3)  # short, to be early
SETTLING = timedelta(days=1)  # until then most of what becomes of a message has become of it
APART = timedelta(days=4)  # with the window a week: so long a rate that went bad is not taken for the usual
AGAIN = timedelta(hours=6)  # a look earlier it must have been so already
HORIZON = timedelta(days=7)  # within which a warning must come true


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Driver:
    """A rate that moved the bad way: what it is now, within 95 % bounds, and what is usual; `words`: a sentence."""

    name: str
    recent: float
    usual: float
    low: float
    high: float
    words: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """`state`: not_enough, calm, warning, or too_late (RED already); `risk`: raised or high, if there is a warning."""

    state: str
    risk: str
    drivers: tuple[Driver, ...]
    sentence: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class HitRate:
    """
    What became of warnings: `warned` of which the horizon is over, or that came true; the others are `pending`.

    `precision`: the share of warnings that came true; `recall`: the share of falls that a warning foretold; None
    where there is nothing to divide.
    """

    warned: int = 0
    came_true: int = 0
    pending: int = 0
    foretold: int = 0
    missed: int = 0

    @property
    def precision(self) -> float | None:
        return self.came_true / self.warned if self.warned else None

    @property
    def recall(self) -> float | None:
        falls = self.foretold + self.missed
        return self.foretold / falls if falls else None

    def __add__(self, other: HitRate) -> HitRate:
        return HitRate(
            warned=self.warned + other.warned,
            came_true=self.came_true + other.came_true,
            pending=self.pending + other.pending,
            foretold=self.foretold + other.foretold,
            missed=self.missed + other.missed,
        )


def early_warning(samples: Iterable[Sample], *, at: datetime) -> Assessment:
    """
    Whether rates of the last three days moved the bad way, by more than chance (see `compare`) and by enough to matter.

    What becomes of a message takes time: it counts where the message was sent (or delivered), and messages of
    the last day are left out. Failures are known at once. A rate counts as a driver when it was bad at two looks
    six hours apart, so that the edge of the window, when it passes through a campaign, warns of nothing.
    A template without a history of its own gets no warning.
    """
    seen = in_order(samples, until=at)
    if seen and seen[-1].quality_score == "RED":
        return Assessment(state=TOO_LATE, risk="", drivers=(), sentence="The quality is RED: too late for a warning.")
    told = [(measure, measure.compared(seen, at=at)) for measure in _MEASURES]
    judged = [(measure, compared) for measure, compared in told if compared.is_enough]
    if not judged:
        return Assessment(state=NOT_ENOUGH, risk="", drivers=(), sentence=told[0][1].lack)
    drivers = tuple(
        measure.driver(compared)
        for measure, compared in judged
        if measure.is_worse(compared) and measure.is_worse(measure.compared(seen, at=at - AGAIN))
    )
    if not drivers:
        names = _listed([measure.title for measure, _ in judged])
        return Assessment(state=CALM, risk="", drivers=(), sentence=f"As usual: {names}.")
    risk = _risk(drivers, seen[-1].quality_score)
    return Assessment(state=WARNING, risk=risk, drivers=drivers, sentence=_sentence(risk, drivers))


def hit_rate(
    warnings: Iterable[tuple[datetime, datetime | None]],
    falls: Iterable[datetime],
    *,
    at: datetime,
    horizon: timedelta = HORIZON,
) -> HitRate:
    """
    What became of one template's warnings (begun, ended or None), seen from `at`; those of many are added up.

    A warning came true if a fall (to RED, or into a pause) followed within the horizon, whether it had ended or
    not. A fall was foretold if a warning stood then, or had begun within the horizon before.
    """
    raised = list(warnings)
    fallen = [fall for fall in falls if fall <= at]
    came_true = [any(begun < fall <= begun + horizon for fall in fallen) for begun, _ in raised]
    pending = [not came and begun + horizon > at for (begun, _), came in zip(raised, came_true, strict=True)]
    foretold = [any(begun < fall <= max(begun + horizon, ended or at) for begun, ended in raised) for fall in fallen]
    return HitRate(
        warned=len(raised) - sum(pending),
        came_true=sum(came_true),
        pending=sum(pending),
        foretold=sum(foretold),
        missed=len(fallen) - sum(foretold),
    )


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Measure:
    """
    A rate to watch: `hits` of `of`, which take their time if it `settles`.

    `least`: the smallest change that matters. `cause`: rates of one cause are one sign, not two.
    """

    name: str
    title: str
    cause: str
    words: str
    hits: Callable[[Sample], int]
    of: Callable[[Sample], int]
    settles: bool
    is_bad_high: bool
    least: float

    def compared(self, seen: Sequence[Sample], *, at: datetime) -> Comparison:
        seen = in_order(seen, until=at)
        if not self.settles:
            outcomes = [Outcome(each.at, self.hits(each), self.of(each)) for each in seen]
            return compare(outcomes, begins=at - WINDOW, apart=APART)
        settled = _settled(seen, self.hits, self.of, until=at - SETTLING)
        return compare(settled, begins=at - SETTLING - WINDOW, apart=APART)

    def is_worse(self, compared: Comparison) -> bool:
        return compared.rose(by=self.least) if self.is_bad_high else compared.fell(by=self.least)

    def driver(self, compared: Comparison) -> Driver:
        recent, usual = compared.recent, compared.usual
        return Driver(
            name=self.name,
            recent=recent.hits / recent.of,
            usual=usual.hits / usual.of,
            low=recent.low,
            high=recent.high,
            words=f"{recent} {self.words}; usual are {usual.hits / usual.of * 100:.1f} %.",
        )


def _settled(
    seen: Sequence[Sample], hits: Callable[[Sample], int], of: Callable[[Sample], int], *, until: datetime
) -> list[Outcome]:
    """
    What became of the messages of each sample that has settled.

    A sample counts what happened since the one before, to messages of earlier ones too: it is shared out among
    those of the last day by their number. So a campaign is not thought unread an hour after it went out.
    """
    gained = [0.0] * len(seen)
    settling: deque[int] = deque()
    messages = 0
    for place, each in enumerate(seen):
        settling.append(place)
        messages += of(each)
        while seen[settling[0]].at <= each.at - SETTLING:
            messages -= of(seen[settling.popleft()])
        if messages:
            for earlier in settling:
                gained[earlier] += hits(each) * of(seen[earlier]) / messages
    return [Outcome(each.at, mine, of(each)) for each, mine in zip(seen, gained, strict=True) if each.at <= until]


def _risk(drivers: Sequence[Driver], score: str) -> str:
    causes = {_MEASURE_OF[each.name].cause for each in drivers}
    return HIGH if score == "YELLOW" or len(causes) > 1 else RAISED


def _sentence(risk: str, drivers: Sequence[Driver]) -> str:
    measures = [_MEASURE_OF[each.name] for each in drivers]
    moves = _listed([f"{each.title} {'rose' if each.is_bad_high else 'fell'}" for each in measures])
    return f"The quality may turn RED, the risk is {risk}: {moves}."


def _listed(names: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


_MEASURES = (
    _Measure(
        name=DELIVERY,
        title="delivery",
        cause=DELIVERY,
        words="messages sent were delivered",
        hits=lambda sample: sample.delivered,
        of=lambda sample: sample.sent,
        settles=True,
        is_bad_high=False,
        least=0.01,
    ),
    _Measure(
        name=READ,
        title="reading",
        cause=READ,
        words="messages delivered were read",
        hits=lambda sample: sample.read,
        of=lambda sample: sample.delivered,
        settles=True,
        is_bad_high=False,
        least=0.05,
    ),
    _Measure(
        name=OPT_OUT,
        title="opting out",
        cause=OPT_OUT,
        words="messages delivered were answered by an opt-out",
        hits=lambda sample: sample.opted_out,
        of=lambda sample: sample.delivered,
        settles=True,
        is_bad_high=True,
        least=0.005,
    ),
    _Measure(
        name=FAILURES,
        title="failures",
        cause=DELIVERY,
        words="messages failed",
        hits=lambda sample: sample.failed,
        of=lambda sample: sample.delivered + sample.failed,
        settles=False,
        is_bad_high=True,
        least=0.01,
    ),
)
_MEASURE_OF = {each.name: each for each in _MEASURES}
