"""The fence: without a scope nothing is read or written, inside one only what belongs there."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import models
from django_scopes.exceptions import ScopeError

from core.fence import BypassesTheTrail, CrossesTheFence, InstallationWide, Owned, PerhapsOwned, everywhere, inside
from core.models import ApiKey, IdempotentAnswer, Membership, Organization
from providers.models import Account, Number
from tests.world import account_in

OUR_APPS = ("core", "providers", "alerts", "templates_app", "notifications", "chatbot")


def owned_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if issubclass(model, Owned | PerhapsOwned)]


ASKED_OF = [*owned_models(), Organization]


def answer_for(organization: Organization) -> IdempotentAnswer:
    return IdempotentAnswer(organization=organization, key="k", fingerprint="f")


def test_every_model_of_ours_stands_behind_the_fence_or_says_that_it_is_for_the_installation():
    ours = [model for model in apps.get_models() if model._meta.app_label in OUR_APPS]
    twins = {ours_too.history.model for ours_too in ours if hasattr(ours_too, "history")}

    unfenced = [
        model for model in ours if not issubclass(model, Owned | PerhapsOwned | InstallationWide) and model not in twins
    ]

    assert unfenced == [Organization]


@pytest.mark.parametrize("model", ASKED_OF, ids=lambda model: model.__name__)
@pytest.mark.parametrize(
    "asked",
    [list, len, bool, lambda rows: rows.count(), lambda rows: rows.exists(), lambda rows: rows.first()],
    ids=["list", "len", "bool", "count", "exists", "first"],
)
def test_a_query_outside_a_scope_raises(db, model, asked):
    with pytest.raises(ScopeError):
        asked(model.objects.all())


@pytest.mark.parametrize("model", ASKED_OF, ids=lambda model: model.__name__)
def test_what_is_left_over_by_an_exclusion_cannot_be_asked_for_outside_a_scope_either(db, model):
    with pytest.raises(ScopeError):
        model.objects.exclude(pk=None).exists()


@pytest.mark.parametrize("model", owned_models(), ids=lambda model: model.__name__)
def test_a_default_manager_is_the_fenced_one(model):
    assert model._default_manager is model.objects
    assert type(model._default_manager).__mro__[1].__name__ == "ManagerFromFencedQuerySet"


def test_inside_a_scope_only_its_rows_exist(account, other_account, organization, other_organization):
    with inside(organization):
        assert list(Account.objects.all()) == [account]
        assert list(Organization.objects.all()) == [organization]
    with inside(other_organization):
        assert list(Account.objects.all()) == [other_account]


def test_a_relation_is_followed_within_the_scope_only(number, other_organization):
    with inside(other_organization):
        assert list(number.account.numbers.all()) == []
    with pytest.raises(ScopeError):
        list(number.account.numbers.all())


def test_everywhere_sees_all(account, other_account):
    with everywhere():
        assert set(Account.objects.all()) == {account, other_account}


def test_a_row_of_another_organization_cannot_be_saved(organization, other_organization):
    with inside(organization), pytest.raises(CrossesTheFence):
        answer_for(other_organization).save()


def test_a_row_of_another_organization_cannot_be_created(organization, other_organization):
    with inside(organization), pytest.raises(CrossesTheFence):
        Account.objects.create(organization=other_organization, provider="meta", name="x", external_id="1")


def test_rows_of_another_organization_cannot_be_created_in_bulk(organization, other_organization):
    with inside(organization), pytest.raises(CrossesTheFence):
        IdempotentAnswer.objects.bulk_create([answer_for(organization), answer_for(other_organization)])

    with everywhere():
        assert not IdempotentAnswer.objects.exists()


def test_nothing_can_be_saved_outside_a_scope(organization):
    with pytest.raises(CrossesTheFence):
        answer_for(organization).save()


def test_nothing_can_be_created_in_bulk_outside_a_scope(organization):
    with pytest.raises((CrossesTheFence, ScopeError)):
        IdempotentAnswer.objects.bulk_create([answer_for(organization)])

    with everywhere():
        assert not IdempotentAnswer.objects.exists()


def test_a_row_cannot_be_handed_to_another_organization(organization, other_organization):
    with inside(organization):
        answer = IdempotentAnswer.objects.create(organization=organization, key="k", fingerprint="f")
        answer.organization = other_organization

        with pytest.raises(CrossesTheFence):
            answer.save()
        with pytest.raises(CrossesTheFence):
            IdempotentAnswer.objects.update(organization=other_organization)
        with pytest.raises(CrossesTheFence):
            IdempotentAnswer.objects.update(organization_id=other_organization.pk)


def test_a_row_without_an_organization_cannot_be_saved_inside_a_scope(organization):
    nobodys = IdempotentAnswer(organization=None, key="k", fingerprint="f")

    with inside(organization), pytest.raises(CrossesTheFence):
        nobodys.save()


def test_an_audited_field_cannot_be_changed_without_history(account):
    with everywhere(), pytest.raises(BypassesTheTrail, match="name"):
        Account.objects.filter(pk=account.pk).update(name="Shop 2")


def test_audited_fields_cannot_be_changed_in_bulk_without_history(account):
    account.name = "Shop 2"

    with everywhere(), pytest.raises(BypassesTheTrail):
        Account.objects.bulk_update([account], ["name"])


def test_what_machines_observe_is_changed_without_history(account):
    with everywhere():
        Account.objects.filter(pk=account.pk).update(health="ok")

        assert Account.objects.get().health == "ok"
        assert account.history.count() == 1


@pytest.mark.parametrize("model", [Account, Number, ApiKey, Membership])
def test_history_rows_are_fenced(model, organization, other_organization):
    for place, one in enumerate((organization, other_organization)):
        account = account_in(one, external_id=str(place))
        with everywhere():
            Number.objects.create(organization=one, account=account, external_id="1", display_phone_number="1")
            ApiKey.objects.create(organization=one, name="k", prefix=f"p{place}")
            Membership.objects.create(organization=one, user=User.objects.create_user(f"u{place}"))

    with inside(organization):
        assert {row.organization_id for row in model.history.all()} == {organization.pk}
    with everywhere():
        assert {row.organization_id for row in model.history.all()} == {organization.pk, other_organization.pk}
    assert not model.history.exists()


def test_the_history_of_organizations_is_fenced_too(organization, other_organization):
    with inside(organization):
        assert {row.id for row in Organization.history.all()} == {organization.pk}
    with everywhere():
        assert {row.id for row in Organization.history.all()} == {organization.pk, other_organization.pk}
    assert not Organization.history.exists()


def test_the_history_of_one_row_is_its_own(account, other_account):
    with everywhere():
        account.name = "Shop 2"
        account.save()

        assert [row.name for row in account.history.all()] == ["Shop 2", "Shop"]
        assert [row.name for row in other_account.history.all()] == ["Rival shop"]


def test_the_installation_s_own_rows_need_no_scope(db):
    wide = [model for model in apps.get_models() if issubclass(model, InstallationWide)]

    assert wide
    assert all(isinstance(model._default_manager.all(), models.QuerySet) for model in wide)
    assert [model._default_manager.count() for model in wide] == [0] * len(wide)
