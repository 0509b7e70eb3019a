"""Which journeys this machine can make."""

from __future__ import annotations

import shutil

# Like the browser, Redis is tested where the machine has it.
collect_ignore = [] if shutil.which("redis-server") else ["test_with_a_broker.py"]
