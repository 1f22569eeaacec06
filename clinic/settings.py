"""Settings. Values come from the typed environment in clinic/env.py; nothing secret has a default."""

import logging
import os
import sys
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from celery.schedules import schedule
from csp.constants import NONE, SELF
from django.urls import reverse_lazy

from clinic import env as clinic_env

BASE_DIR = Path(__file__).resolve().parent.parent
ENV = clinic_env.read()

CLINIC_DEMO = ENV["CLINIC_DEMO"]
DEBUG = False
SECRET_KEY = ENV["SECRET_KEY"]
SECRET_KEY_FALLBACKS = ENV["SECRET_KEY_FALLBACKS"]
ALLOWED_HOSTS = ENV["ALLOWED_HOSTS"]
PUBLIC_URL = ENV["PUBLIC_URL"]
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]

INSTALLED_APPS = [
    "clinic.core",
    "clinic.ui",
    "clinic.audit",
    "clinic.files",
    "clinic.messaging",
    "clinic.staff",
    "clinic.inbox",
    "clinic.backup",
    "clinic.reports",
    "inventory",
    "records",
    "scheduling",
    "billing",
    "clinic.desk",
    "clinic.demo",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "axes",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
    "django_htmx",
    "template_partials",
    "pgtrigger",
    "pghistory",
]


MIDDLEWARE = [
    "clinic.core.middleware.RequestContext",
    # Outermost, so that what a later one refuses (a wrong host, a broken form) carries these headers too.
    "clinic.core.middleware.NoStore",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "clinic.core.middleware.KnownMethods",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "clinic.ui.middleware.ErrorPages",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "clinic.core.middleware.PlainText",
    "clinic.staff.middleware.MemberOfSession",
    "clinic.staff.middleware.SessionGuard",
    "clinic.staff.middleware.ActorMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "clinic.urls"
WSGI_APPLICATION = "clinic.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "clinic.ui.context.page",
            ],
        },
    },
]


def _database(url: str) -> dict:
    """A Django database entry out of postgresql://user:password@host:port/name?host=/socket/folder."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    options = {
        "connect_timeout": 3,
        "tcp_user_timeout": 10_000,
        "options": "-c statement_timeout=10s -c lock_timeout=5s -c idle_in_transaction_session_timeout=60s",
    }
    options.update({key: value for key, value in query.items() if key.startswith("ssl")})
    return {
        "ENGINE": "clinic.core.database",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.get("host") or parts.hostname or "",
        "PORT": query.get("port") or str(parts.port or ""),
        "CONN_MAX_AGE": None if ENV["DATABASE_REUSE_SECONDS"] < 0 else ENV["DATABASE_REUSE_SECONDS"],
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
        "ATOMIC_REQUESTS": False,
        "TEST": {"NAME": os.environ.get("CLINIC_TEST_DATABASE") or None},
    }


DATABASE_APP = _database(ENV["DATABASE_URL"])
DATABASE_OWNER = _database(ENV["DATABASE_OWNER_URL"] or ENV["DATABASE_URL"])
# Schema changes, seeding and restore run as the owner; everything else as a role that cannot rewrite history.
AS_OWNER = os.environ.get("CLINIC_DATABASE_ROLE") == "owner"
DATABASES = {"default": DATABASE_OWNER if AS_OWNER else DATABASE_APP}
if AS_OWNER:
    DATABASES["default"]["OPTIONS"]["options"] = "-c lock_timeout=30s"
# How long a statement outside a request may go without an answer; a migration may take what it needs.
DATABASE_SILENCE_SECONDS = None if AS_OWNER else 30
DATABASE_APP_ROLE = DATABASE_APP["USER"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "staff.Member"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "clinic.staff.backends.StaffBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 15}},
    {"NAME": "clinic.staff.passwords.MaximumLengthValidator", "OPTIONS": {"max_length": 128}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "clinic.staff.passwords.ContextWordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = "/"
PASSWORD_RESET_TIMEOUT = 3600

ACCOUNT_ADAPTER = "clinic.staff.adapter.StaffAccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_RATE_LIMITS = False  # kept in PostgreSQL by clinic.core.rates, so that they hold with Redis down
ACCOUNT_LOGOUT_ON_GET = False

AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "clinic.staff.lockout.locked_out"
AXES_VERBOSE = False
AXES_ENABLE_ADMIN = False
AXES_USERNAME_CALLABLE = "clinic.staff.lockout.counted_username"
AXES_CLIENT_IP_CALLABLE = "clinic.staff.client.client_ip"

SESSION_ENGINE = "clinic.staff.session_store"
SESSION_SERIALIZER = "django.contrib.sessions.serializers.JSONSerializer"
SESSION_COOKIE_AGE = 24 * 3600  # the outer bound; the clinic's own limits are kept by clinic.staff
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SECURE_COOKIES = ENV["SECURE_COOKIES"]
_PREFIX = "__Host-" if SECURE_COOKIES else ""
SESSION_COOKIE_NAME = f"{_PREFIX}session"
SESSION_COOKIE_SECURE = SECURE_COOKIES
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = f"{_PREFIX}csrf"
CSRF_COOKIE_SECURE = SECURE_COOKIES
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "clinic.ui.errors.csrf_failure"

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if SECURE_COOKIES else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_COOKIES
SECURE_HSTS_PRELOAD = SECURE_COOKIES
SECURE_SSL_REDIRECT = SECURE_COOKIES and ENV["BEHIND_PROXY"]
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
if ENV["BEHIND_PROXY"]:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
BEHIND_PROXY = ENV["BEHIND_PROXY"]
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    },
}
PERMISSIONS_POLICY = {
    name: [] for name in ("camera", "geolocation", "microphone", "payment", "usb", "display-capture")
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_621_440

LANGUAGE_CODE = "en-us"
LANGUAGES = [("en", "English"), ("es", "Spanish")]
TIME_ZONE = ENV["DEFAULT_ZONE"]
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATIC_ROOT = Path(os.environ.get("STATIC_ROOT") or BASE_DIR / ".cache" / "static")
_MODULES = BASE_DIR / "node_modules"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "clinic.core.npm.NpmFinder",
]
_TABLER = _MODULES / "@tabler" / "core" / "dist"
NPM_FILES = {
    "vendor/tabler/css": (_TABLER / "css", ("tabler.min.css", "tabler.min.css.map")),
    "vendor/tabler/js": (_TABLER / "js", ("tabler.min.js", "tabler.min.js.map")),
    "vendor/htmx": (_MODULES / "htmx.org" / "dist", ("htmx.min.js",)),
    "vendor/idiomorph": (_MODULES / "idiomorph" / "dist", ("idiomorph-ext.min.js",)),
    "vendor/inter": (
        _MODULES / "@fontsource-variable" / "inter" / "files",
        ("inter-latin-wght-normal.woff2", "inter-latin-ext-wght-normal.woff2"),
    ),
}
TABLER_ICONS = _MODULES / "@tabler" / "icons" / "icons"
# Names carry a hash as soon as collectstatic has run; until then files come straight from their folders.
_COLLECTED = (STATIC_ROOT / "staticfiles.json").exists() or "collectstatic" in sys.argv
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "clinic.core.static.HashedStaticFiles"
        if _COLLECTED
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not _COLLECTED
WHITENOISE_AUTOREFRESH = False
WHITENOISE_KEEP_ONLY_HASHED_FILES = False
MEDIA_ROOT = ENV["MEDIA_ROOT"]
MEDIA_URL = "/nothing-is-served-here/"

CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
CRISPY_FAIL_SILENTLY = False

MESSAGE_GATEWAYS = dict(pair.split("=", 1) for pair in ENV["MESSAGE_GATEWAYS"])
TWILIO = {
    name: ENV[f"TWILIO_{name}"] for name in ("BASE_URL", "ACCOUNT_SID", "AUTH_TOKEN", "FROM", "VOICE_FROM")
}
CLEARINGHOUSE = {
    name: ENV[f"CLEARINGHOUSE_{name}"]
    for name in ("URL", "ENVELOPE", "USER", "PASSWORD", "SENDER_ID", "RECEIVER_ID", "DIR", "TIMEOUT")
} | {"KIND": ENV["CLEARINGHOUSE"]}
DEFAULT_FROM_EMAIL = SERVER_EMAIL = ENV["EMAIL_FROM"]
EMAIL_TIMEOUT = 10
if ENV["EMAIL_URL"]:
    _mail = urlsplit(ENV["EMAIL_URL"])
    EMAIL_HOST, EMAIL_PORT = _mail.hostname, _mail.port or 587
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(_mail.username or ""), unquote(_mail.password or "")
    EMAIL_USE_SSL = _mail.scheme == "smtps"
    EMAIL_USE_TLS = _mail.scheme == "smtp" and _mail.port != 25
else:
    EMAIL_BACKEND = (
        "django.core.mail.backends.console.EmailBackend"
        if CLINIC_DEMO
        else ("django.core.mail.backends.dummy.EmailBackend")
    )

AUDIT_HEAD_FILE = ENV["AUDIT_HEAD_FILE"]
BACKUP_DIR, BACKUP_KEY = ENV["BACKUP_DIR"], ENV["BACKUP_KEY"]
BACKUP_HOUR, BACKUP_KEEP_DAYS = ENV["BACKUP_HOUR"], ENV["BACKUP_KEEP_DAYS"]

METRICS_TOKEN = ENV["METRICS_TOKEN"]

REDIS_URL = ENV["REDIS_URL"]
CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# After 100 tries the worker would end by itself, and somebody would have to see it.
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 600,
    "socket_timeout": 3,
    "socket_connect_timeout": 2,
    "max_retries": 1,
}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_ACKS_LATE = True
# Every task is a sweep that beat wakes again, so one whose process was killed need not come back at once. If it
# did, a task that kills its process (memory) would be handed out for ever and hold every place in the pool.
CELERY_TASK_REJECT_ON_WORKER_LOST = False
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_TIME_LIMIT = 120
CELERY_TASK_SOFT_TIME_LIMIT = 90
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_ENABLE_UTC = True
CELERY_TIMEZONE = "UTC"
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 500
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 30
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True


def _every(seconds: float, task: str) -> dict:
    # A sweep that finds nothing costs one query, so that a lost or doubled beat never matters.
    return {"task": task, "schedule": schedule(run_every=seconds), "options": {"expires": max(seconds, 30)}}


CELERY_BEAT_SCHEDULE = {
    "audit-seal": _every(10, "audit.seal"),
    "billing-follow-plans": _every(3600, "billing.follow_plans"),
    "billing-make-statements": _every(3600, "billing.make_statements"),
    "billing-settle-remittances": _every(60, "billing.settle_remittances"),
    "core-heartbeat": _every(30, "core.beat_heartbeat"),
    "inbox-keep-text-tasks": _every(60, "inbox.keep_text_tasks"),
    "inbox-watch-access": _every(60, "inbox.watch_access"),
    "billing-send-batches": _every(60, "billing.send_batches"),
    "billing-settle-claim-answers": _every(60, "billing.settle_claim_answers"),
    "messaging-send-due": _every(30, "messaging.send_due"),
    "messaging-settle-replies": _every(30, "messaging.settle_replies"),
    "messaging-resolve-uncertain": _every(60, "messaging.resolve_uncertain"),
    "scheduling-plan-reminders": _every(300, "scheduling.plan_reminders"),
    "scheduling-plan-follow-ups": _every(300, "scheduling.plan_follow_ups"),
    "scheduling-settle-follow-ups": _every(60, "scheduling.settle_follow_ups"),
    "scheduling-sweep-visits": _every(300, "scheduling.sweep_visits"),
    "scheduling-sample-access": _every(900, "scheduling.sample_access"),
    "scheduling-fill-openings": _every(60, "scheduling.fill_openings"),
    "scheduling-settle-recalls": _every(60, "scheduling.settle_recalls"),
    "scheduling-follow-missed": _every(60, "scheduling.follow_missed"),
    "staff-send-pending-mail": _every(60, "staff.send_pending_mail"),
    "staff-purge-drafts": _every(3600, "staff.purge_drafts"),
    "staff-purge-sessions": _every(3600, "staff.purge_sessions"),
    "core-clean-up": _every(3600, "core.clean_up"),
    "backup-run-if-due": _every(300, "backup.run_if_due"),
    "billing-sweep-eligibility": _every(300, "billing.sweep_eligibility"),
    "billing-ask-payers": _every(60, "billing.ask_payers"),
    "billing-fetch-answers": _every(300, "billing.fetch_answers"),
    "billing-settle-answers": _every(60, "billing.settle_answers"),
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "clinic.core.logs.JsonFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": ENV["LOG_LEVEL"]},
    "loggers": {
        "django": {"handlers": [], "level": "INFO"},  # its own would mail errors, with their variables
        "django.request": {"level": "ERROR"},
        "axes": {"level": "ERROR"},
        "httpx": {"level": "WARNING"},
    },
}

logging.captureWarnings(True)  # a warning's text may hold a value: it goes the way of all log lines

PGHISTORY_APPEND_ONLY = True
SILENCED_SYSTEM_CHECKS: list[str] = []
SIGNED_IN_HOME = reverse_lazy("desk:home")
