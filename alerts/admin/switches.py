"""Switching a destination or an escalation off and on again."""

from __future__ import annotations

import abc
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from django.http import HttpRequest
from django.utils.translation import gettext_lazy, ngettext

from core.deeds import Deed
from core.models import Role

Change = Callable[..., Any]


class _Switch(Deed):
    """`change` is the verb of the domain that writes the row; `consequence` a sentence on what follows."""

    needs = Role.ORG_ADMIN
    to: ClassVar[bool]

    def __init__(self, change: Change, *, consequence: Any) -> None:
        self.change = change
        self.consequence = consequence

    def fits(self, request: HttpRequest, row: Any) -> bool:
        return self.may(request) and row.is_enabled != self.to

    def carry_out(self, request: HttpRequest, rows: Sequence[Any], *, given: Mapping[str, Any]) -> str:
        for row in rows:
            self.change(row, fields={"is_enabled": self.to})
        return self.told(len(rows))

    @abc.abstractmethod
    def told(self, count: int) -> str:
        """What was done to so many, in a sentence."""


class SwitchOff(_Switch):
    name = "switch_off"
    verb = gettext_lazy("Switch off")
    to = False

    def foretell(self, rows: Sequence[Any]) -> list[str]:
        told = ngettext("%(count)s is switched off.", "%(count)s are switched off.", len(rows))
        return [told % {"count": len(rows)}, str(self.consequence)]

    def told(self, count: int) -> str:
        return ngettext("%(count)s switched off.", "%(count)s switched off.", count) % {"count": count}


class SwitchOn(_Switch):
    name = "switch_on"
    verb = gettext_lazy("Switch on")
    to = True

    def foretell(self, rows: Sequence[Any]) -> list[str]:
        told = ngettext("%(count)s is switched on.", "%(count)s are switched on.", len(rows))
        return [told % {"count": len(rows)}, str(self.consequence)]

    def told(self, count: int) -> str:
        return ngettext("%(count)s switched on.", "%(count)s switched on.", count) % {"count": count}
