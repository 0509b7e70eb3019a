"""A template as the simulated Meta keeps it. Its moments are of the sandbox's clock, which can be turned."""

from __future__ import annotations

import dataclasses
from datetime import datetime

from providers.adapters.sandbox.reviewing import Submission
from providers.events import JsonObject


@dataclasses.dataclass(frozen=True, kw_only=True)
class State:
    """
    `edits`: Unix seconds of the edits while it was approved. `review_at`, `unpause_at`, `category_at`: when what
    comes next comes by itself; None: it does not.
    """

    external_id: str
    name: str
    language: str
    category: str
    components: list[JsonObject]
    parameter_format: str = "POSITIONAL"
    status: str = "PENDING"
    rejected_reason: str = "NONE"
    quality_score: str = "UNKNOWN"
    previous_category: str = ""
    correct_category: str = ""
    edits: list[int] = dataclasses.field(default_factory=list)
    pauses: int = 0
    pause_title: str = ""
    paused_at: datetime | None = None
    review_at: datetime | None = None
    unpause_at: datetime | None = None
    category_at: datetime | None = None

    @property
    def next_at(self) -> datetime | None:
        """When the next thing happens by itself."""
        return min(filter(None, (self.review_at, self.unpause_at, self.category_at)), default=None)

    @property
    def submission(self) -> Submission:
        return Submission(
            name=self.name,
            language=self.language,
            category=self.category,
            components=self.components,
            parameter_format=self.parameter_format,
        )


FIELDS = tuple(field.name for field in dataclasses.fields(State))
