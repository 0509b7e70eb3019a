"""The WSGI application: what `web` in the Procfile serves. Each process of it has a watchman."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application
from django.utils.module_loading import import_string

from core.lifeline import end_with_parent_under_up

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
end_with_parent_under_up()
_django = get_wsgi_application()
application = import_string("providers.quick_door.QuickDoor")(_django)  # by name: models exist only from here on
import_string("config.watchman.start")()
