from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ("alerts", "0003_lines"),
    ]

    operations = [
        migrations.RemoveField(
            model_name='alertdelivery',
            name='alert',
        ),
        migrations.RemoveField(
            model_name='alertdelivery',
            name='occasion',
        ),
    ]
