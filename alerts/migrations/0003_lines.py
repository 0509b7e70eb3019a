from django.db import migrations

import core.ids


def make_lines(apps, schema_editor):
    """Each delivery so far told one occasion to one person by e-mail."""
    delivery_model = apps.get_model("alerts", "AlertDelivery")
    line_model = apps.get_model("alerts", "DeliveryLine")
    for delivery in delivery_model._base_manager.iterator():
        delivery.recipient = f"person:{delivery.organization_id or 'installation'}:{delivery.address}"
        delivery.save(update_fields=["recipient"])
        line_model._base_manager.create(
            id=core.ids.new_id(),
            organization_id=delivery.organization_id,
            delivery=delivery,
            alert_id=delivery.alert_id,
            occasion_id=delivery.occasion_id,
            recipient=delivery.recipient,
        )


class Migration(migrations.Migration):

    dependencies = [
        ("alerts", "0002_destinations"),
    ]

    operations = [
        migrations.RunPython(make_lines, migrations.RunPython.noop),
    ]
