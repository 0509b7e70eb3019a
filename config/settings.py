"""
Settings from the environment (and `.env`); every one has a default that runs on a laptop.

docs/operating.md lists them with their meaning; `manage.py doctor` says in words what is wrong with them.
"""

from __future__ import annotations

import pathlib
from urllib.parse import urlsplit

import environ
from cryptography.fernet import Fernet
from csp.constants import NONCE, NONE, SELF
from django.utils.translation import gettext_lazy as _

from config import unfold
from config.generated import generated

BASE_DIR = pathlib.Path(__file__).resolve().parent.parent
env = environ.Env()
env.read_env(BASE_DIR / ".env")

DATA_DIR = pathlib.Path(env.str("DATA_DIR", default=str(BASE_DIR / ".local"))).resolve()
DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)


def secret(name: str, *, make: object = None) -> str:
    given: str = env.str(name, default="")
    if given:
        return given
    return generated(name, folder=DATA_DIR, make=make) if callable(make) else generated(name, folder=DATA_DIR)


# Where and how we run

DEBUG = env.bool("DEBUG", default=False)
PORT = env.int("PORT", default=8000)
PUBLIC_URL = env.str("PUBLIC_URL", default=f"http://127.0.0.1:{PORT}").rstrip("/")
SECRET_KEY = secret("SECRET_KEY")
_our_host = urlsplit(PUBLIC_URL).hostname or "localhost"
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]", _our_host])
IS_HTTPS = PUBLIC_URL.startswith("https://")
SECURE_SSL_REDIRECT = IS_HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if IS_HTTPS else None
SECURE_HSTS_SECONDS = 31_536_000 if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = IS_HTTPS
SECURE_HSTS_PRELOAD = IS_HTTPS
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = IS_HTTPS
CSRF_COOKIE_SECURE = IS_HTTPS
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
X_FRAME_OPTIONS = "DENY"

INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",  # the default one would put its own site in the place of ours
    "unfold.contrib.filters",
    "unfold.contrib.simple_history",
    "config.apps.ConfigConfig",
    "config.apps.ConsoleAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "config.apps.OurStaticFiles",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "drf_standardized_errors",
    "simple_history",
    "django_celery_beat",
    "csp",
    "core",
    "providers",
    "alerts",
    "templates_app",
    "notifications",
    "chatbot",
]

MIDDLEWARE = [
    "core.middleware.RequestContext",
    "core.middleware.WebhookShortcut",  # webhooks need none of what follows
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "core.second_step.Gate",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "core.middleware.ConsoleScope",
    "simple_history.middleware.HistoryRequestMiddleware",
]
WEBHOOK_SHORTCUT_PREFIXES = ("/api/v1/whatsapp/webhook", "/api/v1/webhooks/")
NOT_LOGGED_WHEN_WELL = (*WEBHOOK_SHORTCUT_PREFIXES, "/admin/pulse/")  # a call has its row, a look every 5 s no news

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "config" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

# The database, the cache, the queue

DATABASE_URL = env.str("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'heliograph.sqlite3'}")
DATABASES = {"default": env.db_url_config(DATABASE_URL)}
IS_POSTGRES = "postgres" in DATABASES["default"]["ENGINE"]
if IS_POSTGRES:
    DATABASES["default"] |= {"CONN_MAX_AGE": None, "CONN_HEALTH_CHECKS": True}
else:
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024  # Meta sends up to 3 MB; Django's own 2.5 MB would refuse it

REDIS_URL = env.str("REDIS_URL", default="")
CACHE_URL = env.str("CACHE_URL", default=REDIS_URL or "locmemcache://")
CACHES = {"default": env.cache_url_config(CACHE_URL)}

CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default=REDIS_URL)
HAS_BROKER = bool(CELERY_BROKER_URL)
CELERY = {
    "broker_url": CELERY_BROKER_URL or "memory://",
    "broker_transport_options": {} if HAS_BROKER else {"polling_interval": 0.05},
    "broker_connection_retry_on_startup": True,
    "broker_connection_max_retries": None,
    "task_ignore_result": True,
    "task_acks_late": False,  # the row is the queue: a lost ring is rung again by the clock
    "worker_prefetch_multiplier": 1,
    "worker_hijack_root_logger": False,
    "worker_send_task_events": False,
    "worker_enable_remote_control": False,
    "timezone": "UTC",
    "beat_scheduler": "core.clock:Clock",
    "beat_max_loop_interval": 5,
}
CLOCK_TABLE = "config.schedule.SCHEDULE"
QUEUES_TABLE = "config.queues.QUEUES"
MEASURES_TABLE = "config.measures.MEASURES"
PROVIDER_EVENT_ROUTES = "config.events.ROUTES"
WORK_THREADS = 4  # network work at the same time in one worker process

# Who may come in

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "admin:login"
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["core.authentication.ApiKeyAuthentication", "core.authentication.StaffSession"],
    "DEFAULT_PERMISSION_CLASSES": ["core.permissions.HasRole"],
    "DEFAULT_THROTTLE_CLASSES": ["core.throttling.PerKeyThrottle"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["core.text.JsonBody"],
    "DEFAULT_PAGINATION_CLASS": "core.paging.NewestFirst",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "core.schema.Schema",
    "EXCEPTION_HANDLER": "drf_standardized_errors.handler.exception_handler",
    "UNAUTHENTICATED_USER": None,
}
DRF_STANDARDIZED_ERRORS = {
    "EXCEPTION_HANDLER_CLASS": "core.errors.ErrorHandler",
    "ENABLE_IN_DEBUG_FOR_UNHANDLED_EXCEPTIONS": True,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Heliograph",
    "DESCRIPTION": "Operations console for WhatsApp Business. Authorization: `Bearer <API key>`.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "providers.door_schema.describe_doors",
    ],
    "ENUM_NAME_OVERRIDES": {
        "AlertStatusEnum": "alerts.models.Alert.Status",
        "SeverityEnum": "alerts.models.SEVERITIES",
        "ChangeWeightEnum": "templates_app.serializers.versions.WEIGHTS",
        "FindingSeverityEnum": "templates_app.serializers.writing.FINDING_SEVERITIES",
        "SandboxRunStateEnum": "providers.models.SandboxRun.State",
        "WebhookCallStateEnum": "providers.models.WebhookCall.State",
    },
}
API_RATE_LIMIT = env.int("API_RATE_LIMIT", default=6000)
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")

_nothing_from_outside = {
    "default-src": [SELF],
    "base-uri": [SELF],
    "form-action": [SELF],
    "frame-ancestors": [NONE],
    "object-src": [NONE],
    "img-src": [SELF, "data:"],
}
CONTENT_SECURITY_POLICY = {"DIRECTIVES": _nothing_from_outside | {"script-src": [SELF, NONCE]}}
CONSOLE_CONTENT_SECURITY_POLICY = _nothing_from_outside | {  # what unfold's Alpine.js and Chart.js need
    "script-src": [SELF, "'unsafe-eval'", "'unsafe-inline'"],
    "style-src": [SELF, "'unsafe-inline'"],
}

UNFOLD = unfold.UNFOLD

# Secrets and providers

FIELD_ENCRYPTION_KEYS = env.list("FIELD_ENCRYPTION_KEYS", default=[]) or [
    secret("FIELD_ENCRYPTION_KEYS", make=lambda: Fernet.generate_key().decode())
]
WHATSAPP_WEBHOOK_APP_SECRETS = [s.strip() for s in secret("WHATSAPP_WEBHOOK_APP_SECRET").split(",") if s.strip()]
WHATSAPP_WEBHOOK_VERIFY_TOKEN = secret("WHATSAPP_WEBHOOK_VERIFY_TOKEN")
META_GRAPH_URL = env.str("META_GRAPH_URL", default="https://graph.facebook.com").rstrip("/")
META_GRAPH_VERSION = env.str("META_GRAPH_VERSION", default="v26.0")
SANDBOX_DOOR = env.str("SANDBOX_DOOR", default=f"http://127.0.0.1:{PORT}").rstrip("/")

# Alerts

SLACK_WEBHOOK_URL = env.str("SLACK_WEBHOOK_URL", default="")

# Where alerts may be sent although it is a private network: host, host:port, *.example.org

OUTBOUND_ALLOWED_HOSTS = env.list("OUTBOUND_ALLOWED_HOSTS", default=[])

# E-mail

_email = env.email_url_config(env.str("EMAIL_URL", default="consolemail://"))
EMAIL_BACKEND = _email["EMAIL_BACKEND"]
EMAIL_HOST, EMAIL_PORT = _email["EMAIL_HOST"] or "localhost", _email["EMAIL_PORT"] or 25
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _email["EMAIL_HOST_USER"] or "", _email["EMAIL_HOST_PASSWORD"] or ""
EMAIL_FILE_PATH = _email.get("EMAIL_FILE_PATH")
EMAIL_USE_TLS, EMAIL_USE_SSL = _email.get("EMAIL_USE_TLS", False), _email.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 10  # Django's own default waits for ever
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="heliograph@localhost")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# Words, time, files

LANGUAGE_CODE = "en"
LANGUAGES = [
    ("en", _("English")),
    ("es", _("Spanish")),
    ("fr", _("French")),
    ("pt", _("Portuguese")),
    ("ar", _("Arabic")),
]
LOCALE_PATHS = [BASE_DIR / "config" / "locale"]
USE_I18N = True
TIME_ZONE = "UTC"
USE_TZ = True
STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
MEDIA_ROOT = DATA_DIR / "media"
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ["jpg", "jpeg", "png", "gif", "webp", "zip", "gz", "woff", "woff2", "map"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# History, logs, Sentry

SIMPLE_HISTORY_REVERT_DISABLED = True
SIMPLE_HISTORY_ENFORCE_HISTORY_MODEL_PERMISSIONS = False
LOG_LEVEL = env.str("LOG_LEVEL", default="INFO")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"context": {"()": "core.logs.Context"}, "redact": {"()": "core.logs.Redact"}},
    "formatters": {"json": {"()": "core.logs.JsonLines"}},
    "handlers": {
        "out": {"class": "logging.StreamHandler", "formatter": "json", "filters": ["context", "redact"]},
    },
    "root": {"handlers": ["out"], "level": LOG_LEVEL},
    "loggers": {
        "django.server": {"handlers": [], "propagate": True},
        "django.request": {"level": "ERROR"},  # the access log tells refusals; errors come with their trace
        "celery": {"level": "WARNING"},
        "kombu": {"level": "ERROR"},  # it warns that memory:// has no host name
        "django_celery_beat": {"level": "WARNING"},
    },
}
SENTRY_DSN = env.str("SENTRY_DSN", default="")
