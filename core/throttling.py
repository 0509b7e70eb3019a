"""How many calls a minute an API key may make (API_RATE_LIMIT), counted in the cache all processes share."""

from __future__ import annotations

import functools
import logging
import math
import time
from typing import TYPE_CHECKING, cast

from django.conf import settings
from limits import RateLimitItemPerMinute
from limits.errors import StorageError
from limits.storage import Storage, storage_from_string
from limits.strategies import MovingWindowRateLimiter
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from core.authentication import Caller

if TYPE_CHECKING:  # DRF's views read the setting that names this module
    from rest_framework.views import APIView

logger = logging.getLogger(__name__)
HERE = "memory://"


@functools.lru_cache(maxsize=2)
def _limiter(url: str) -> MovingWindowRateLimiter:
    return MovingWindowRateLimiter(cast(Storage, storage_from_string(url, wrap_exceptions=True)))


class PerKeyThrottle(BaseThrottle):
    """
    429 with `Retry-After` beyond the limit.

    Without Redis, and while it is away, each process counts for itself: a cache must not close the door.
    """

    def __init__(self) -> None:
        self._wait: float | None = None

    def allow_request(self, request: Request, view: APIView) -> bool:
        caller = request.auth
        if not isinstance(caller, Caller) or caller.key_id is None:
            return True
        try:
            return self._hit(_limiter(settings.REDIS_URL or HERE), str(caller.key_id))
        except StorageError:
            logger.warning("the shared count of API calls is away; this process counts for itself")
            return self._hit(_limiter(HERE), str(caller.key_id))

    def _hit(self, limiter: MovingWindowRateLimiter, key: str) -> bool:
        item = RateLimitItemPerMinute(settings.API_RATE_LIMIT)
        if limiter.hit(item, key):
            return True
        self._wait = max(1, math.ceil(limiter.get_window_stats(item, key).reset_time - time.time()))
        return False

    def wait(self) -> float | None:
        return self._wait
