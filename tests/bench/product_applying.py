"""Run on its own: applies the backlog by the worker's own task; prints how long it took, and the size of a batch."""

from __future__ import annotations

import json
import time

from config.wsgi import application  # importing it is what sets Django up: it stands before the task
from core.work import BATCH
from providers.tasks import apply_calls

__all__ = ["application"]

if __name__ == "__main__":
    start = time.perf_counter()
    apply_calls()
    print(json.dumps({"seconds": time.perf_counter() - start, "batch": BATCH}))
