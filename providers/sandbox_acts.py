"""What people let happen to one template of a sandbox account, as Meta would do it of its own accord."""

from __future__ import annotations

from collections.abc import Callable

from core import auditing
from core.models import AuditEntry
from core.refusals import Refused
from providers.adapters.sandbox import living
from providers.adapters.sandbox.living import Life
from providers.adapters.sandbox.state import State
from providers.adapters.sandbox.telling import AUTHENTICATION, MARKETING, UTILITY
from providers.models import SandboxTemplate
from providers.sandbox_templates import World, world_of

CATEGORIES = (MARKETING, UTILITY, AUTHENTICATION)


def give_notice(template: SandboxTemplate, *, coming: str) -> None:
    """
    Meta announces another category. It comes in a day; AUTHENTICATION is a rejection on the first of the next month.

    Raises Refused `not_approved`, or `same_category`.
    """

    def act(state: State, world: World) -> Life:
        _check_approved(state)
        if coming not in CATEGORIES or coming == state.category:
            raise Refused(f"The category has to be another one than {state.category}.", code="same_category")
        return living.announced(state, coming=coming, at=world.now)

    _happen(template, act, f"Notice of {coming}.")


def let_quality_fall(template: SandboxTemplate) -> None:
    """
    RED quality, and a pause: of 3 hours, the next time of 6; the third time it is disabled.

    Raises Refused `not_approved`.
    """

    def act(state: State, world: World) -> Life:
        _check_approved(state)
        return living.fallen(state, at=world.now)

    _happen(template, act, "Quality fell.")


def pace(template: SandboxTemplate) -> None:
    """Its first messages were not welcome: paused until somebody ends it. Raises Refused `not_approved`."""

    def act(state: State, world: World) -> Life:
        _check_approved(state)
        return living.paced(state, at=world.now)

    _happen(template, act, "Paused by pacing.")


def _check_approved(state: State) -> None:
    if state.status != "APPROVED":
        raise Refused(f"This happens to approved templates; {state.name} is {state.status}.", code="not_approved")


def _happen(template: SandboxTemplate, act: Callable[[State, World], Life], words: str) -> None:
    with world_of(template.account) as world:
        row = world.living.filter(pk=template.pk).first()
        if row is None:
            raise Refused(f"{template} is deleted.", code="not_approved")
        world.keep(row, act(row.state, world))
        auditing.note(
            AuditEntry.Action.SANDBOX_ACTED,
            organization_id=row.organization_id,
            model="sandboxtemplate",
            object_id=str(row.pk),
            label=str(row),
            detail=words,
        )
