"""The one settings file. Every variable of the environment stands in the README's table."""

import os
import secrets
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse_lazy

from cxprogram.database import connection_settings
from cxprogram.env import check_sms, env_bool, env_choice, env_int, env_list

BASE_DIR = Path(__file__).resolve().parent.parent
MODE = env_choice(os.environ, "CX_MODE", ("demo", "production"), "production")
IS_DEMO = MODE == "demo"
DATA_DIR = Path(os.environ.get("CX_DATA_DIR", BASE_DIR / ".data")).resolve()
PORT = env_int(os.environ, "CX_PORT", 8000, low=1, high=65535)


def _secret_key() -> str:
    """The key from the environment, else one made once and kept in the data folder (mode 0600)."""
    if key := os.environ.get("CX_SECRET_KEY"):
        if len(key) < 50:
            raise ImproperlyConfigured("CX_SECRET_KEY needs at least 50 characters")
        return key
    path = DATA_DIR / "secret_key"
    DATA_DIR.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text()
    key = secrets.token_urlsafe(64)
    with os.fdopen(descriptor, "w") as file:
        file.write(key)
    return key


SECRET_KEY = _secret_key()
DEBUG = False
ALLOWED_HOSTS = env_list(os.environ, "CX_ALLOWED_HOSTS", ["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = env_list(os.environ, "CX_TRUSTED_ORIGINS", [])
BASE_URL = os.environ.get("CX_BASE_URL", f"http://127.0.0.1:{PORT}")

INSTALLED_APPS = [
    "cxprogram",
    "journeys",
    "feedback",
    "actions",
    "governance",
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "cxprogram.apps.ProgramAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "csp",
    "django_celery_beat",
    "drf_spectacular",
    "pghistory",
    "pgtrigger",
    "rest_framework",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "cxprogram.middleware.KeyedRequests",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "cxprogram.middleware.ContentSecurityPolicy",
    "cxprogram.middleware.PublicRequests",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "cxprogram.middleware.UserLocale",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "pghistory.middleware.HistoryMiddleware",
    "cxprogram.middleware.PrivateByDefault",
    "cxprogram.middleware.Refusals",
]

ROOT_URLCONF = "cxprogram.urls"
WSGI_APPLICATION = "cxprogram.wsgi.application"
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
                "cxprogram.navigation.navigation",
            ],
        },
    },
]

# --- data -------------------------------------------------------------------------------------
DATABASES = {"default": connection_settings(os.environ, DATA_DIR)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# Shared by all workers: allauth's log-in limits count in it.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cx_cache"}}
SESSION_ENGINE = "django.contrib.sessions.backends.db"
PGHISTORY_APPEND_ONLY = True
# Triggers are installed after each migrate, from the models: kept in migrations they made every migrate twice as slow.
PGTRIGGER_MIGRATIONS = False
PGTRIGGER_INSTALL_ON_MIGRATE = True
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1100
# Files to import are kept here until their import has ended.
IMPORTS_DIR = DATA_DIR / "imports"
IMPORT_MAX_BYTES = env_int(os.environ, "CX_UPLOAD_MB", 512, low=1, high=4096) * 1024**2

# --- people -----------------------------------------------------------------------------------
AUTH_USER_MODEL = "cxprogram.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "cxprogram.accounts.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_RATE_LIMITS: Any = False if IS_DEMO else {}

# --- words and time ---------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("sv", "Svenska"), ("nb", "Norsk"), ("da", "Dansk"), ("fi", "Suomi")]
LOCALE_PATHS = [BASE_DIR / "cxprogram" / "locale"]
LANGUAGE_COOKIE_SAMESITE = "Lax"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# --- files ------------------------------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 0 if IS_DEMO else 3600

# --- mail -------------------------------------------------------------------------------------
DEFAULT_FROM_EMAIL = os.environ.get("CX_MAIL_FROM", "CX Program <no-reply@example.org>")
EMAIL_MESSAGES_DIR = DATA_DIR / "mail"
if IS_DEMO or "CX_SMTP_HOST" not in os.environ:
    EMAIL_BACKEND = "cxprogram.mail.EmlFileBackend"
else:
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST = os.environ["CX_SMTP_HOST"]
    EMAIL_PORT = env_int(os.environ, "CX_SMTP_PORT", 587, low=1, high=65535)
    EMAIL_HOST_USER = os.environ.get("CX_SMTP_USER", "")
    EMAIL_HOST_PASSWORD = os.environ.get("CX_SMTP_PASSWORD", "")
    EMAIL_USE_TLS = env_bool(os.environ, "CX_SMTP_TLS", True)
    EMAIL_TIMEOUT = 20

# --- text messages: a gateway that takes JSON by POST; without one they are written to files like mail ----------
SMS_MESSAGES_DIR = DATA_DIR / "sms"
SMS_URL = os.environ.get("CX_SMS_URL", "")
SMS_TOKEN = os.environ.get("CX_SMS_TOKEN", "")
SMS_SENDER = os.environ.get("CX_SMS_SENDER", "")
SMS_BODY = os.environ.get("CX_SMS_BODY", '{"to": "{to}", "from": "{sender}", "text": "{text}", "reference": "{key}"}')
check_sms(SMS_URL, SMS_BODY, allows_loopback=IS_DEMO)

# --- safety -----------------------------------------------------------------------------------
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = not IS_DEMO
SECURE_SSL_REDIRECT = not IS_DEMO
SECURE_HSTS_SECONDS = 0 if IS_DEMO else 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = not IS_DEMO
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_AGE = 12 * 3600
X_FRAME_OPTIONS = "DENY"
if env_bool(os.environ, "CX_BEHIND_PROXY", False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    },
}

# --- doors ------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "cxprogram.api_auth.TokenAuthentication",
        "cxprogram.api_auth.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["cxprogram.api_auth.Renderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "cxprogram.api_auth.OneAnswer",
    "URL_FORMAT_OVERRIDE": None,
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "cxprogram.api_base.problem_handler",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "CX Program API",
    "DESCRIPTION": "Numbers are unrounded; shares lie between 0 and 1, NPS is in points.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    "SORT_OPERATIONS": False,
    "POSTPROCESSING_HOOKS": ["cxprogram.api_schema.add_components"],
}

UNFOLD = {
    "SITE_TITLE": "CX Program",
    "SITE_HEADER": "CX Program",
    "SITE_URL": "/",
    "SITE_ICON": "cxprogram.admin_home.mark",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": "cxprogram.admin_home.mark"}],
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": True,
    "ENVIRONMENT": "cxprogram.admin_home.environment",
    "DASHBOARD_CALLBACK": "cxprogram.admin_home.dashboard",
    "SIDEBAR": {
        "show_search": True,
        "show_all_applications": False,
        "navigation": "cxprogram.admin_home.sidebar",
    },
    "STYLES": ["cxprogram.admin_home.stylesheet"],
    "SCRIPTS": ["cxprogram.admin_home.script"],
    "THEME": "cxprogram.admin_home.theme",
    "BORDER_RADIUS": "4px",
    # The tokens of cx.css. 600 is the ground of buttons and the links of light pages, 500 the links of dark ones.
    "COLORS": {
        "base": {
            "50": "#f8fafb", "100": "#e9eef1", "200": "#d3dbe0", "300": "#bfcad1", "400": "#a3b1ba", "500": "#586570",
            "600": "#44525c", "700": "#33444f", "800": "#22313a", "900": "#18242c", "950": "#10191f",
        },
        "primary": {
            "50": "#f1f7fa", "100": "#e3eff4", "200": "#c5d6de", "300": "#a9cddc", "400": "#8ccbe3", "500": "#8ccbe3",
            "600": "#0a4d68", "700": "#083f55", "800": "#0b2b3a", "900": "#07202c", "950": "#051720",
        },
        "font": {
            "subtle-light": "#586570", "subtle-dark": "#a3b1ba",
            "default-light": "#44525c", "default-dark": "#bfcad1",
            "important-light": "#16232c", "important-dark": "#edf2f4",
        },
    },
    "LOGIN": {"redirect_after": reverse_lazy("home")},
}  # fmt: skip

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "filters": {"without_secrets": {"()": "cxprogram.logs.WithoutSecrets"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["without_secrets"]}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"cxprogram": {"level": "INFO"}},
}
