"""
Run on its own, the baseline of applying: the same calls in batches of the same size, by few statements of raw SQL.

It writes the facts, the standing, its history and the call, in the product's own tables. It knows no late fact's
place in the fold, no alert, no parked event, no fence.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import psycopg

from core.ids import new_id

CLAIM = """
    SELECT id, body, received_at FROM providers_webhookcall
    WHERE due_at <= now() AND (leased_until IS NULL OR leased_until <= now())
    ORDER BY due_at, id LIMIT %s FOR UPDATE SKIP LOCKED
"""
STAND = """
    INSERT INTO templates_app_template AS kept
        (id, account_id, organization_id, provider_template_id, name, language, status, status_at, status_reason,
         category, meta_reported_category, last_event, last_event_at, quality_score, quality_changed_at, standing,
         created_at, updated_at)
    SELECT told.*, now(), now() FROM unnest(
        %s::uuid[], %s::uuid[], %s::uuid[], %s::text[], %s::text[], %s::text[], %s::text[], %s::timestamptz[],
        %s::text[], %s::text[], %s::text[], %s::text[], %s::timestamptz[], %s::text[], %s::timestamptz[], %s::jsonb[]
    ) AS told
    ON CONFLICT (account_id, provider_template_id) DO UPDATE SET
        status = CASE WHEN excluded.status_at >= coalesce(kept.status_at, '-infinity')
            THEN excluded.status ELSE kept.status END,
        status_at = greatest(excluded.status_at, kept.status_at),
        status_reason = coalesce(excluded.status_reason, kept.status_reason),
        category = coalesce(excluded.category, kept.category),
        meta_reported_category = coalesce(excluded.meta_reported_category, kept.meta_reported_category),
        last_event = coalesce(excluded.last_event, kept.last_event),
        last_event_at = greatest(excluded.last_event_at, kept.last_event_at),
        quality_score = coalesce(excluded.quality_score, kept.quality_score),
        quality_changed_at = greatest(excluded.quality_changed_at, kept.quality_changed_at),
        standing = kept.standing || excluded.standing,
        updated_at = excluded.updated_at
    RETURNING id, account_id, provider_template_id
"""
KEEP_FACTS = """
    INSERT INTO templates_app_templateevent
        (id, organization_id, template_id, call_id, kind, event, said, provider_template_id, at, fingerprint,
         raw_time, received_at, is_timed, source)
    SELECT told.*, true, 'webhook' FROM unnest(
        %s::uuid[], %s::uuid[], %s::uuid[], %s::uuid[], %s::text[], %s::text[], %s::jsonb[], %s::text[],
        %s::timestamptz[], %s::text[], %s::text[], %s::timestamptz[]
    ) AS told
    ON CONFLICT (template_id, fingerprint) DO NOTHING
"""
KEEP_HISTORY = """
    INSERT INTO templates_app_historicaltemplate
        (id, account_id, organization_id, provider_template_id, name, language, status, status_at, status_reason,
         category, meta_reported_category, last_event, last_event_at, quality_score, quality_changed_at, created_at,
         history_date, history_type, history_change_reason, actor)
    SELECT id, account_id, organization_id, provider_template_id, name, language, status, status_at, status_reason,
         category, meta_reported_category, last_event, last_event_at, quality_score, quality_changed_at, created_at,
         now(), '~', last_event || ' from the provider', 'webhook'
    FROM templates_app_template WHERE id = ANY(%s)
"""
FINISH = """
    UPDATE providers_webhookcall AS call
    SET state = 'applied', due_at = NULL, applied_at = now(), last_error = '', changes = told.changes
    FROM unnest(%s::uuid[], %s::jsonb[]) AS told (id, changes) WHERE call.id = told.id
"""
TOUCH = "UPDATE providers_account SET last_webhook_at = now() WHERE id = ANY(%s)"


class Fact(NamedTuple):
    call_id: Any
    received_at: datetime
    account: str
    field: str
    raw_time: int
    value: dict[str, Any]

    @property
    def template(self) -> tuple[str, str]:
        return self.account, str(self.value["message_template_id"])

    @property
    def at(self) -> datetime:
        return datetime.fromtimestamp(self.raw_time, UTC)

    @property
    def score(self) -> str | None:
        return self.value.get("new_quality_score")

    @property
    def event(self) -> str | None:
        return self.value.get("event")


def apply_batch(connection: psycopg.Connection[Any], accounts: dict[str, tuple[Any, Any]], size: int) -> int:
    rows = connection.execute(CLAIM, [size]).fetchall()
    facts = [fact for row in rows for fact in _facts(*row)]
    if not facts:
        return 0
    templates = _stand(connection, accounts, facts)
    _keep_facts(connection, accounts, templates, facts)
    connection.execute(KEEP_HISTORY, [list(templates.values())])
    told = [json.dumps([{"field": f.field, "outcome": "applied", "object": str(templates[f.template])}]) for f in facts]
    connection.execute(FINISH, [[fact.call_id for fact in facts], told])
    connection.execute(TOUCH, [[accounts[name][0] for name in {fact.account for fact in facts}]])
    return len(rows)


def _facts(call_id: Any, body: bytes, received_at: datetime) -> list[Fact]:
    return [
        Fact(call_id, received_at, entry["id"], change["field"], entry["time"], change["value"])
        for entry in json.loads(body)["entry"]
        for change in entry["changes"]
    ]


def _stand(
    connection: psycopg.Connection[Any], accounts: dict[str, tuple[Any, Any]], facts: Sequence[Fact]
) -> dict[tuple[str, str], Any]:
    """Each template's newest status and score of this batch; the rows' ids by account and id at the provider."""
    newest: dict[tuple[str, str], dict[str, Any]] = {}
    for fact in sorted(facts, key=lambda fact: fact.raw_time):
        row = newest.get(fact.template) or _blank(fact, *accounts[fact.account])
        newest[fact.template] = row | _said(fact)
    columns = [list(column) for column in zip(*(row.values() for row in newest.values()), strict=True)]
    names = {account_id: name for name, (account_id, _) in accounts.items()}
    kept = connection.execute(STAND, columns).fetchall()
    return {(names[account_id], named): pk for pk, account_id, named in kept}


def _blank(fact: Fact, account_id: Any, organization_id: Any) -> dict[str, Any]:
    """In the order in which STAND takes them."""
    return {
        "id": new_id(),
        "account_id": account_id,
        "organization_id": organization_id,
        "provider_template_id": fact.template[1],
        "name": fact.value["message_template_name"],
        "language": fact.value["message_template_language"],
        "status": None,
        "status_at": None,
        "status_reason": None,
        "category": None,
        "meta_reported_category": None,
        "last_event": None,
        "last_event_at": None,
        "quality_score": None,
        "quality_changed_at": None,
        "standing": "{}",
    }


def _said(fact: Fact) -> dict[str, Any]:
    standing = {"standing": json.dumps({"at": str(fact.at), "said": fact.value})}
    if fact.score:
        return standing | {"quality_score": fact.score, "quality_changed_at": fact.at}
    category = fact.value["message_template_category"]
    return standing | {
        "status": fact.event,
        "status_at": fact.at,
        "status_reason": fact.value["reason"],
        "category": category,
        "meta_reported_category": category,
        "last_event": fact.event,
        "last_event_at": fact.at,
    }


def _keep_facts(
    connection: psycopg.Connection[Any],
    accounts: dict[str, tuple[Any, Any]],
    templates: dict[tuple[str, str], Any],
    facts: Sequence[Fact],
) -> None:
    rows = [
        (
            new_id(),
            accounts[fact.account][1],
            templates[fact.template],
            fact.call_id,
            "STATUS" if fact.event else "QUALITY_CHANGE",
            fact.event or "QUALITY_CHANGE",
            said := json.dumps(fact.value, sort_keys=True),
            fact.template[1],
            fact.at,
            hashlib.sha256(f"{fact.field} {fact.raw_time} {said}".encode()).hexdigest(),
            str(fact.raw_time),
            fact.received_at,
        )
        for fact in facts
    ]
    connection.execute(KEEP_FACTS, [list(column) for column in zip(*rows, strict=True)])


def apply_all(url: str, *, size: int) -> float:
    with psycopg.connect(url, autocommit=True) as connection:
        start = time.perf_counter()
        found = connection.execute("SELECT external_id, id, organization_id FROM providers_account").fetchall()
        accounts = {name: (account_id, organization_id) for name, account_id, organization_id in found}
        taken = 1
        while taken:
            with connection.transaction():
                taken = apply_batch(connection, accounts, size)
        return time.perf_counter() - start


if __name__ == "__main__":
    print(apply_all(os.environ["DATABASE_URL"], size=int(sys.argv[1])))
