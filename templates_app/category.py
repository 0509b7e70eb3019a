"""
The category guard: what people decide about a template's category, and the alerts that ask them to.

What Meta says and what people decide are facts; the fold (`folding_category`) makes the category of them. Without
leave (`allow_category_change`) Meta moves the truth and never ours.
"""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from alerts import raising
from alerts.models import Alert
from core.matters import Matter
from core.refusals import Refused
from templates_app import lifecycle
from templates_app.category_words import ALERT_TYPES
from templates_app.concerns import subject_of, subjects_of
from templates_app.facts import (
    CATEGORY_ACCEPTED,
    CATEGORY_CHANGE,
    CATEGORY_KEPT,
    FLAG_CHANGED,
    Fact,
    JsonObject,
    by_us,
)
from templates_app.ledger import Told
from templates_app.models import Template, TemplateEvent
from templates_app.prices import read_category
from templates_app.standing import DRAFT, Standing

AT_ONCE = 500  # templates whose alerts are followed in one transaction
_INSTANT = timedelta(microseconds=1)
_OPEN_TO_A_WISH = frozenset({DRAFT, "REJECTED"})
# What Meta has approved keeps its category, whatever became of it; only what it rejected gets another.
_APPROVED_ONCE = frozenset({"APPROVED", "PAUSED", "DISABLED", "ARCHIVED", "PENDING_DELETION"})

Source = TemplateEvent.Source


@dataclasses.dataclass(frozen=True, kw_only=True)
class Detected:
    """Ours and Meta's, which differ. `is_settled`: somebody has decided to live with that."""

    ours: str
    reported: str
    is_settled: bool


# What differs


def detect(template: Template, *, reported: str = "") -> Detected | None:
    """Whether what Meta reports (now, or last time) is another category than the stored one."""
    word = read_category(reported) or template.meta_reported_category or ""
    if word in ("", template.category):
        return None
    return Detected(ours=template.category, reported=word, is_settled=word == template.category_kept)


@transaction.atomic
def process(
    template: Template, *, reported: str, at: datetime, previous: str = "", source: str = Source.SYNC, actor: str = ""
) -> Detected | None:
    """Takes in that Meta counts the template as `reported` since `at`; gives what differs then."""
    (row,) = _locked([template])
    said = _told(category=read_category(reported), previous_category=read_category(previous))
    fact = Fact(kind=CATEGORY_CHANGE, event=CATEGORY_CHANGE, at=at, said=said)
    lifecycle.tell([(row, fact)], told=Told(received_at=timezone.now(), source=source, actor=actor))
    return detect(row)


def is_fixed(template: Template) -> bool:
    """Whether nobody can ask for another category any more: once approved, until a rejection opens it again."""
    if template.status in _OPEN_TO_A_WISH:
        return False
    return template.status in _APPROVED_ONCE or template.approved_version_id is not None


def validate_before_save(template: Template, *, category: str) -> str:
    """
    The category in which somebody wants to have it, as Meta calls it now. Raises Refused `category_contested` where
    that is Meta's (it is accepted, not written over ours), `category_fixed` once the template was approved.
    """
    asked = read_category(category)
    if asked == template.category or not is_fixed(template):
        return asked
    if asked == template.meta_reported_category:
        raise Refused(f"Meta counts it as {asked} already: accept that, or keep ours.", code="category_contested")
    sentence = f"The category of an approved template is fixed ({template.category}): write another template."
    raise Refused(sentence, code="category_fixed")


# What people decide


@transaction.atomic
def set_flag(templates: Sequence[Template], *, allow: bool, actor: str) -> list[Template]:
    """Whether Meta may move our category as well, from now on. Settles no contest. Gives those that changed."""
    rows = [row for row in _locked(templates) if row.allow_category_change is not allow]
    why = "changes of the category allowed" if allow else "changes of the category forbidden"
    _decide(rows, FLAG_CHANGED, lambda row: {"allow": allow}, actor=actor, why=why)
    return rows


@transaction.atomic
def accept(templates: Sequence[Template], *, actor: str, note: str = "") -> list[Template]:
    """Meta's category becomes ours. Raises Refused `not_contested` where no template differs from Meta's."""
    rows = [row for row in _locked(templates) if detect(row)]
    _refuse_none(rows)
    _decide(rows, CATEGORY_ACCEPTED, lambda row: _seen(row, note), actor=actor, why="Meta's category accepted")
    return rows


@transaction.atomic
def keep(templates: Sequence[Template], *, actor: str, note: str = "") -> list[Template]:
    """We live with the difference until Meta names another. Raises Refused `not_contested` where nothing is."""
    rows = [row for row in _locked(templates) if row.is_contested]
    _refuse_none(rows)
    _decide(rows, CATEGORY_KEPT, lambda row: _seen(row, note), actor=actor, why="our category kept")
    return rows


def _refuse_none(rows: Sequence[Template]) -> None:
    if not rows:
        raise Refused("There is nothing to decide: the category is not contested.", code="not_contested")


def _seen(row: Template, note: str) -> JsonObject:
    return _told(category=row.meta_reported_category, note=note.strip())


def _told(**said: str | None) -> JsonObject:
    """What a fact says leaves out what is empty."""
    return {key: word for key, word in said.items() if word}


def _decide(
    rows: Sequence[Template], kind: str, said: Callable[[Template], JsonObject], *, actor: str, why: str
) -> None:
    now = timezone.now()
    for row in rows:
        row._change_reason = why  # type: ignore[attr-defined]  # read by simple-history
    told = Told(received_at=now, source=Source.USER, actor=actor)
    lifecycle.tell([(row, by_us(kind, at=moment_of(row, now=now), said=said(row))) for row in rows], told=told)


def moment_of(template: Template, *, now: datetime) -> datetime:
    """When a decision counts as made: after all that is known, also of what a provider's clock dates ahead of ours."""
    newest = Standing.from_json(template.standing).newest_key
    return max(now, newest[0] + _INSTANT) if newest else now


def _locked(templates: Iterable[Template]) -> list[Template]:
    """The rows as they are now; always locked in one order, so that nobody waits in a circle."""
    rows = Template.objects.select_for_update(of=("self",), no_key=True).select_related("account").order_by("pk")
    return list(rows.filter(pk__in=[template.pk for template in templates]))


# Alerts


def alerts_of(template: Template) -> list[Matter]:
    """What its category alerts about now."""
    return [matter for matter in subject_of(template).matters if matter.alert_type in ALERT_TYPES]


def create_alerts(templates: Sequence[Template]) -> None:
    """Lets the alerts of these (locked) templates say what is wrong now. Inside a transaction."""
    raising.follow(subjects_of(templates))


def follow_again(*, most: int | None = None) -> int:
    """
    Looks again at every template with an open alert about its category, in batches: what was allowed is news for
    seven days, and what a change costs goes with the traffic and the rate cards. Also at contested ones that nobody
    was ever told of. With the scopes open.
    """
    done, last = _tell_of_unheard(), ""
    while most is None or done < most:
        rows = Alert.objects.filter(status__in=Alert.UNRESOLVED, alert_type__in=ALERT_TYPES, subject_id__gt=last)
        subjects = rows.filter(subject_kind="template").order_by("subject_id").values_list("subject_id", flat=True)
        batch = list(subjects.distinct()[:AT_ONCE])
        if not batch:
            break
        done, last = done + len(batch), batch[-1]
        with transaction.atomic():
            create_alerts(_locked(Template(pk=uuid.UUID(one)) for one in batch))
    return done


@transaction.atomic
def _tell_of_unheard() -> int:
    """Those that were contested before there were alerts about it."""
    differs = Q(meta_reported_category__gt="") & ~Q(meta_reported_category=F("category"))
    unheard = Template.objects.filter(differs, category_change_alert_sent=False, is_retired=False).order_by("pk")
    rows = _locked(unheard[:AT_ONCE])
    create_alerts(rows)
    for row in rows:
        row.category_change_alert_sent = True
        row._change_reason = "told of the contested category"  # type: ignore[attr-defined]  # read by simple-history
        row.save(update_fields=["category_change_alert_sent"])
    return len(rows)
