"""Templates known before have at the provider what it told us of them, and those that are contested ask for a decision."""

from __future__ import annotations

from django.db import migrations
from django.db.models import F, Q
from django.utils import timezone


def fill(apps, schema_editor):
    Template = apps.get_model("templates_app", "Template")
    told = Template.objects.filter(current_version__origin="provider")
    told.filter(submitted_version=None).update(submitted_version=F("current_version"))
    approved = told.filter(approved_version=None, status="APPROVED")
    approved.update(approved_version=F("current_version"))
    contested = Template.objects.exclude(Q(meta_reported_category=None) | Q(meta_reported_category=""))
    for template in contested.exclude(meta_reported_category=F("category")).iterator():
        since = (template.category_changed_at or template.created_at or timezone.now()).isoformat()
        conditions = template.standing.setdefault("conditions", {})
        conditions.setdefault("CATEGORY_CHANGE_BLOCKED", [1, since, since, {}])
        template.standing.setdefault("category_before", template.category)
        template.save(update_fields=["standing"])


class Migration(migrations.Migration):
    dependencies = [("templates_app", "0002_versions_quality_exchange")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
