"""Settings of a throw-away Misago forum on loopback, on the PostgreSQL that PGHOST and its kin name."""

import os
from pathlib import Path

from devproject.settings import *  # noqa: F403
from devproject.settings import DATABASES, INSTALLED_APPS, MIDDLEWARE

DATABASES["default"] |= {
    "NAME": os.environ["PGDATABASE"],
    "USER": os.environ["PGUSER"],
    "PASSWORD": "",
    "HOST": os.environ["PGHOST"],
    "PORT": os.environ["PGPORT"],
}
ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
DEBUG = True  # so that runserver gives out /static/ too
MEDIA_ROOT = str(Path(os.environ["FORUM_FOLDER"]) / "media")
STATIC_ROOT = str(Path(os.environ["FORUM_FOLDER"]) / "static")
CELERY_TASK_ALWAYS_EAGER = True  # no worker, and no Redis
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
INTERNAL_IPS = []
MIDDLEWARE = [name for name in MIDDLEWARE if "debug_toolbar" not in name]
INSTALLED_APPS = [name for name in INSTALLED_APPS if "debug_toolbar" not in name]
