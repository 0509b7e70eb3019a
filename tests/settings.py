"""
The product's own settings for the suite: only DATABASE_URL is taken from outside, and data goes to a scratch folder.

The environment is cleaned for good, so that the processes which tests start run as clean as the tests.
"""

from __future__ import annotations

import atexit
import os
import pathlib
import re
import shutil
import tempfile
from unittest import mock

import environ

_root = pathlib.Path(__file__).resolve().parent.parent
_scratch = pathlib.Path(tempfile.mkdtemp(prefix="heliograph-data-"))
atexit.register(shutil.rmtree, _scratch, ignore_errors=True)

_database_url = os.environ.get("DATABASE_URL", "")
for _name in re.findall(r"^#?([A-Z_]+)=", (_root / ".env.example").read_text(), flags=re.MULTILINE):
    os.environ.pop(_name, None)
os.environ["DATA_DIR"] = str(_scratch)
if _database_url:
    os.environ["DATABASE_URL"] = _database_url

with mock.patch.object(environ.Env, "read_env"):  # what a developer's .env says must not decide whether a test passes
    from config.settings import *  # noqa: F403  (Django reads settings as the names of a module)
    from config.settings import DATABASES, IS_POSTGRES, STORAGES

if not IS_POSTGRES:  # a file, because threads and processes are part of the suite; each xdist worker gets its own
    DATABASES["default"]["TEST"] = {"NAME": str(_scratch / "test.sqlite3")}
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
WORK_THREADS = 1  # a test that holds its transaction open cannot be seen by threads
