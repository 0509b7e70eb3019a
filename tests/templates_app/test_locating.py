"""Which template a fact is about: ruling 8, through the door and the database."""

from __future__ import annotations

import pytest

from core import joining
from core.fence import everywhere
from providers import accounts
from providers.models import Account, ParkedEvent
from templates_app.models import Template, TemplateEvent
from tests.meta_bodies import WABA, about, at, body, deliver, deliver_together

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def account():
    return new_account(WABA)


def new_account(waba: str, *, slug: str = "lamps") -> Account:
    organization = joining.create_organization(name=slug)
    with everywhere():
        return accounts.add_account(
            organization=organization, fields={"provider": "meta", "name": slug, "external_id": waba}
        )


def templates() -> list[Template]:
    with everywhere():
        return list(Template.objects.order_by("id"))


def parked() -> list[str]:
    with everywhere():
        return list(ParkedEvent.objects.values_list("reason", flat=True))


def facts_of(template: Template) -> int:
    with everywhere():
        return TemplateEvent.objects.filter(template=template).count()


def test_a_template_never_seen_is_adopted_and_a_sync_is_asked_for(account):
    deliver(body(about("APPROVED"), time=at(9)))

    (template,) = templates()
    assert (template.name, template.language, template.provider_template_id) == ("lamp_oil", "en_US", "7001")
    assert template.organization_id == account.organization_id
    assert template.sync_wanted_at is not None


def test_an_id_as_text_and_as_a_number_is_the_same_template():
    deliver(body(about("APPROVED", id=7001), time=at(9)), body(about("PAUSED", id="7001"), time=at(10)))

    assert [template.status for template in templates()] == ["PAUSED"]


def test_a_language_with_a_hyphen_is_the_one_with_an_underscore():
    deliver(
        body(about("APPROVED", id=None, language="en_US"), time=at(9)),
        body(about("PAUSED", id=None, language="en-US"), time=at(10)),
    )

    assert [(template.language, template.status) for template in templates()] == [("en_US", "PAUSED")]


def test_the_id_wins_over_another_name_and_our_name_stays():
    deliver(body(about("APPROVED"), time=at(9)))
    with everywhere():
        template = templates()[0]
        template.sync_wanted_at = None
        template.save()

    deliver(body(about("PAUSED", name="renamed", language="fr"), time=at(10)))

    (template,) = templates()
    assert (template.name, template.language, template.status) == ("lamp_oil", "en_US", "PAUSED")
    assert template.sync_wanted_at is not None


def test_an_id_named_later_is_bound_to_the_row_of_that_name():
    deliver(body(about("APPROVED", id=None), time=at(9)), body(about("PAUSED", id=7001), time=at(10)))

    assert [(template.provider_template_id, template.status) for template in templates()] == [("7001", "PAUSED")]


def test_a_language_named_later_fills_the_row_that_lacked_one():
    deliver(
        body(about("APPROVED", id=None, language=None), time=at(9)),
        body(about("PAUSED", id=None, language="es"), time=at(10)),
    )

    assert [(template.language, template.status) for template in templates()] == [("es", "PAUSED")]


def test_a_language_named_later_with_the_id_fills_it_too():
    deliver(body(about("APPROVED", language=None), time=at(9)), body(about("PAUSED", language="es"), time=at(10)))

    assert [(template.language, template.status) for template in templates()] == [("es", "PAUSED")]


def test_without_a_language_the_only_template_of_that_name_is_meant():
    deliver(
        body(about("APPROVED", id=None, language="es"), time=at(9)),
        body(about("PAUSED", id=None, language=None), time=at(10)),
    )

    assert [template.status for template in templates()] == ["PAUSED"]


def test_without_a_language_two_templates_of_that_name_park_the_event():
    deliver(
        body(about("APPROVED", id=1, language="es"), time=at(9)),
        body(about("APPROVED", id=2, language="fr"), time=at(9)),
        body(about("PAUSED", id=None, language=None), time=at(10)),
    )

    assert parked() == ["ambiguous"]
    assert {template.status for template in templates()} == {"APPROVED"}


def test_without_a_language_a_row_with_another_id_parks_the_event():
    deliver(body(about("APPROVED", id=1), time=at(9)), body(about("PAUSED", id=2, language=None), time=at(10)))

    assert parked() == ["other_template"]


def test_an_event_with_only_an_unknown_id_is_parked_and_never_adopted():
    deliver(body(about("APPROVED", name=None, language=None), time=at(9)))

    assert parked() == ["template_unknown"]
    assert templates() == []


def test_an_event_that_waited_for_its_id_is_applied_when_a_template_gets_it():
    deliver(
        body({"template_id": "7001", "category": "MARKETING"}, field="message_template_category_update", time=at(10)),
        body(about("APPROVED", message_template_category="UTILITY"), time=at(9)),
    )

    (template,) = templates()
    assert parked() == []
    assert (template.category, template.meta_reported_category) == ("UTILITY", "MARKETING")


def test_another_id_for_a_living_template_is_parked():
    deliver(body(about("APPROVED", id=1), time=at(9)), body(about("APPROVED", id=2), time=at(10)))

    assert parked() == ["other_template"]
    assert templates()[0].provider_template_id == "1"


def test_another_id_takes_the_row_of_a_deleted_template():
    deliver(
        body(about("DELETED", id=1), time=at(9)),
        body(about("PENDING", id=2), time=at(10)),
    )

    (template,) = templates()
    assert (template.provider_template_id, template.status) == ("2", "PENDING")
    assert facts_of(template) == 2


def test_an_event_parked_for_another_id_is_applied_once_the_row_is_deleted():
    deliver(
        body(about("APPROVED", id=1), time=at(8)),
        body(about("PENDING", id=2), time=at(10)),
        body(about("DELETED", id=1), time=at(9)),
    )

    (template,) = templates()
    assert parked() == []
    assert (template.provider_template_id, template.status) == ("2", "PENDING")


def test_a_late_fact_about_the_former_id_finds_its_row_and_leaves_the_standing():
    deliver(
        body(about("DELETED", id=1), time=at(9)),
        body(about("APPROVED", id=2), time=at(10)),
        body(about("PAUSED", id=1, name=None, language=None), time=at(8)),
        body(about("DISABLED", id=1), time=at(11)),
    )

    (template,) = templates()
    assert parked() == []
    assert (template.provider_template_id, template.status) == ("2", "APPROVED")
    assert facts_of(template) == 4


def test_rebinding_works_inside_one_batch_in_any_order():
    deliver_together(
        [
            body(about("PENDING", id=2), time=at(10)),
            body(about("DELETED", id=1), time=at(9)),
            body(about("APPROVED", id=1), time=at(8)),
        ]
    )

    (template,) = templates()
    assert parked() == []
    assert (template.provider_template_id, template.status) == ("2", "PENDING")


def test_the_same_name_in_two_organizations_never_touches():
    new_account("222", slug="rivals")

    deliver(body(about("APPROVED", id=1), time=at(9)), body(about("DISABLED", id=1), time=at(10), waba="222"))

    assert [template.status for template in templates()] == ["APPROVED", "DISABLED"]
    assert len({template.organization_id for template in templates()}) == 2


def test_many_templates_and_facts_in_one_batch_take_few_statements(django_assert_max_num_queries):
    bodies = [
        body(about(event, id=number, name=f"template_{number}"), time=at(hour))
        for number in range(40)
        for hour, event in ((8, "PENDING"), (9, "APPROVED"), (10, "PAUSED"))
    ]

    with django_assert_max_num_queries(200):
        deliver_together(bodies)

    assert {template.status for template in templates()} == {"PAUSED"}
    assert len(templates()) == 40
