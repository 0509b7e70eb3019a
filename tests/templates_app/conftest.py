"""An account at Meta, and Meta's Graph API as a test lets it answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import responses

from core.models import Organization
from providers.models import Account
from tests.graph import account_with_token


@pytest.fixture
def meta(organization: Organization) -> Account:
    return account_with_token(organization)


@pytest.fixture
def graph() -> Iterator[Any]:
    with responses.mock:
        yield responses
