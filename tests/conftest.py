"""What every test may ask for, and that the longest begin first: at the end all others would wait for them."""

from __future__ import annotations

import pytest

pytest_plugins = ["tests.databases", "tests.world", "tests.places", "tests.demo"]

LONG = {"journeys", "test_openapi.py"}


@pytest.hookimpl(trylast=True)  # after they were shuffled
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: LONG.isdisjoint(item.path.parts))
