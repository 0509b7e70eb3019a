"""The tables: templates and their past, their quality over time, what is exchanged with the provider, what it costs."""

from __future__ import annotations

from templates_app.models.costs import Rate, RateCard
from templates_app.models.exchange import Submission, SyncRun
from templates_app.models.quality import QualitySnapshot, QualityWarning, Traffic
from templates_app.models.templates import Template, TemplateEvent, TemplateVersion

__all__ = [
    "QualitySnapshot",
    "QualityWarning",
    "Rate",
    "RateCard",
    "Submission",
    "SyncRun",
    "Template",
    "TemplateEvent",
    "TemplateVersion",
    "Traffic",
]
