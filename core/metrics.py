"""
Figures for Prometheus, read from the database when it asks, so that every process tells the same.

Each app names what it measures in `METRICS` (a table in `config/measures.py`); here they are only collected.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator

from django.conf import settings
from django.utils.module_loading import import_string
from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

Samples = Iterable[tuple[tuple[str, ...], float]]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Measure:
    """A gauge: its name, what it means, its labels, and the function that reads (label values, value)."""

    name: str
    what: str
    labels: tuple[str, ...]
    read: Callable[[], Samples]


class _FromDatabase(Collector):
    def collect(self) -> Iterator[GaugeMetricFamily]:
        for measure in import_string(settings.MEASURES_TABLE):
            family = GaugeMetricFamily(f"heliograph_{measure.name}", measure.what, labels=measure.labels)
            for values, number in measure.read():
                family.add_metric(list(values), number)
            yield family


registry = CollectorRegistry(auto_describe=False)
registry.register(_FromDatabase())
