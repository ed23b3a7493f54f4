"""Settings, read once from the environment, each with a default that works on a laptop.

`docs/operating.md` lists every variable. Without any, Uzu runs in development mode on SQLite, local files and a job
queue in the database; with `UZU_PRODUCTION=1` the unsafe defaults are gone and a secret key is required.
"""

import socket
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import environ
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from accounts.institutions import apps_for, from_json, read_institutions
from accounts.validators import RESERVED_USERNAMES
from main.compat import accept_index_together
from main.openapi_texts import DESCRIPTION

accept_index_together()

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")

VERSION = "0.1.0"
PRODUCTION = env.bool("UZU_PRODUCTION", default=False)
DEBUG = env.bool("UZU_DEBUG", default=False)
# `make run` fills an empty database with the demo.
LOADS_DEMO = env.bool("UZU_DEMO", default=not PRODUCTION)
SECRET_KEY = env.str("SECRET_KEY", default="" if PRODUCTION else "development-only-secret-key-never-use-it-elsewhere")

# Former ones, by which signed cookies and the signing key can still be read.
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])

if PRODUCTION and not SECRET_KEY:
    raise ImproperlyConfigured("UZU_PRODUCTION needs a SECRET_KEY of its own, such as `openssl rand -hex 32` prints.")

SITE_NAME = env.str("UZU_SITE_NAME", default="Uzu")
# The address people type: links in emails and the CSRF check are made from it.
SITE_URL_IS_NAMED = bool(env.str("UZU_URL", default=""))
SITE_URL = env.str("UZU_URL", default=f"http://127.0.0.1:{env.int('PORT', default=8000)}")
ALLOWED_HOSTS = env.list(
    "ALLOWED_HOSTS",
    default=[urlsplit(SITE_URL).hostname] if PRODUCTION else ["localhost", "127.0.0.1", "[::1]", "testserver"],
)
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[SITE_URL])
VAR_DIR = Path(env.str("UZU_VAR_DIR", default=str(BASE_DIR / "var")))

# How many proxies stand before the server: so many of the addresses in X-Forwarded-For are true.
PROXIES = env.int("UZU_PROXIES", default=int(env.bool("UZU_BEHIND_PROXY", default=False)))

# --- Applications -----------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "foundation",
    "accounts",
    "competitions",
    "submissions",
    "studio",
    "discussions",
    # The library's app: our model takes the place of its own, and our admin of its.
    "notifications",
    "notifications_api",
    "clients",
    "main",
    "main.admin_site.DeskConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sitemaps",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.headless",
    # Both always, so that switching them on needs no migration; what is switched off has no address and asks nothing.
    "allauth.mfa",
    "allauth.socialaccount",
    "django_filters",
    "django_tasks",
    "django_tasks_db",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "drf_standardized_errors",
    "rest_framework",
    "storages",
]

MIDDLEWARE = [
    "main.metrics.MetricsMiddleware",
    "main.health.HealthMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "main.middleware.KnownMethodsMiddleware",
    "main.headers.PermissionsPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "main.middleware.CompressedJsonMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "main.middleware.AddressMiddleware",
    "main.middleware.ErrorsInJsonMiddleware",
    "main.middleware.SignInErrorsMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "accounts.middleware.PreferencesMiddleware",
    "accounts.browsers.BrowserMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.SignInInputMiddleware",
    "main.errors.UnspeakableValueMiddleware",
]

ROOT_URLCONF = "main.urls"
WSGI_APPLICATION = "main.wsgi.application"
APPEND_SLASH = True

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
                "csp.context_processors.nonce",
            ],
        },
    },
]

# --- Database ---------------------------------------------------------------------------------------------------------
DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'db.sqlite3'}")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# How long a request or a job waits for somebody who writes, before it is told to come back.
SQLITE_PATIENCE = env.float("UZU_SQLITE_PATIENCE_SECONDS", default=30.0)
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # IMMEDIATE takes the write lock at BEGIN: two writers wait for each other instead of failing at their first write.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": SQLITE_PATIENCE,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; "
        f"PRAGMA busy_timeout={int(SQLITE_PATIENCE * 1000)};",
    }
else:
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
# On SQLite too: whoever closes the last connection of all writes the whole log back and waits for the disk.
DATABASES["default"].setdefault("CONN_MAX_AGE", 60)
# Developers who share one server each name their own test database.
if test_database := env.str("UZU_TEST_DATABASE", default=""):
    DATABASES["default"]["TEST"] = {"NAME": f"test_{test_database}"}

# --- Cache ------------------------------------------------------------------------------------------------------------
REDIS_URL = env.str("REDIS_URL", default="")
CACHES = {
    "default": {
        "BACKEND": "foundation.caches.ForgivingRedisCache",
        "LOCATION": REDIS_URL,
        # A request asks several times: one that is silent must not hold a thread for minutes.
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 2},
    }
    if REDIS_URL
    # Shared by the web processes and the worker, so that rate limits and versions hold across them.
    else {
        "BACKEND": "foundation.caches.ForgivingFileCache",
        "LOCATION": VAR_DIR / "cache",
        # Django's 300 would let anybody push out the counts of failed sign-ins by asking for many things.
        "OPTIONS": {"MAX_ENTRIES": 5000},
    }
}

# --- Files ------------------------------------------------------------------------------------------------------------
MEDIA_ROOT = VAR_DIR / "media"
MEDIA_URL = "/media/"
STATIC_URL = "/static/"
# Terms of use and privacy: terms.md, privacy.md, or terms.ja.md and so on by language.
LEGAL_DIR = Path(env.str("UZU_LEGAL_DIR", default=str(VAR_DIR / "legal")))
STATIC_ROOT = Path(env.str("UZU_STATIC_ROOT", default=str(VAR_DIR / "static")))
FRONTEND_DIST = Path(env.str("UZU_FRONTEND_DIST", default=str(BASE_DIR / "frontend" / "dist")))
STATICFILES_DIRS = [("app", FRONTEND_DIST)] if FRONTEND_DIST.is_dir() else []

S3_BUCKET = env.str("S3_BUCKET", default="")
# Whether browsers can reach the store: then downloads are redirects to signed addresses, else they go through us.
S3_REDIRECTS = env.bool("UZU_S3_REDIRECTS", default=True)
_s3_options = {
    "bucket_name": S3_BUCKET,
    "endpoint_url": env.str("S3_ENDPOINT_URL", default=None),
    "region_name": env.str("S3_REGION", default=None),
    "access_key": env.str("S3_ACCESS_KEY", default=None),
    "secret_key": env.str("S3_SECRET_KEY", default=None),
    "querystring_auth": True,
    "querystring_expire": 900,
    "file_overwrite": False,
    "default_acl": None,
}
_s3 = "foundation.s3.RemoteStorage"
_local = "foundation.storage.LocalStorage"
STORAGES = {
    # Everything private: solutions, submissions, data files. Never served by path; views decide.
    "default": {"BACKEND": _s3, "OPTIONS": {**_s3_options, "location": "private"}}
    if S3_BUCKET
    else {"BACKEND": _local, "OPTIONS": {"location": VAR_DIR / "private", "base_url": None}},
    # Avatars, banners, images in posts: readable by everyone who knows the address.
    "public": {"BACKEND": "foundation.s3.PublicS3Storage", "OPTIONS": {**_s3_options, "location": "public"}}
    if S3_BUCKET
    else {"BACKEND": _local, "OPTIONS": {"location": MEDIA_ROOT, "base_url": MEDIA_URL}},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}
# The build puts a hash of the content into the name: such a file never changes, and browsers keep it for good.
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/static/app/assets/[^/]+-[\w-]{8}\.\w+$"
# Submissions on their way in, on the disk of the local storage, so that keeping one is a change of its name.
INCOMING_DIR = VAR_DIR / "incoming"
# Prepared solutions as memory-mapped arrays: a cache that every process of this machine shares and can rebuild.
PREPARED_SOLUTIONS_DIR = Path(env.str("UZU_PREPARED_DIR", default=str(VAR_DIR / "prepared")))

# --- Jobs -------------------------------------------------------------------------------------------------------------
# "django_tasks_db.DatabaseBackend" needs no server; "django_tasks_rq.RQBackend" spreads over many workers on Redis.
TASKS_BACKEND = env.str("UZU_TASKS_BACKEND", default="django_tasks_db.DatabaseBackend")
TASKS = {"default": {"BACKEND": TASKS_BACKEND, "QUEUES": ["default", "scoring", "analyses"]}}
if TASKS_BACKEND.startswith("django_tasks_rq"):
    INSTALLED_APPS += ["django_rq", "django_tasks_rq"]
    RQ_QUEUES = {name: {"URL": REDIS_URL, "DEFAULT_TIMEOUT": 6 * 3600} for name in ("default", "scoring", "analyses")}

# --- Accounts ---------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
LOGIN_URL = "/sign-in"
LOGIN_REDIRECT_URL = "/"
# mandatory: nobody signs in before the address is confirmed. optional: confirmed later. none: no message at all.
EMAIL_VERIFICATION = env.str("UZU_EMAIL_VERIFICATION", default="mandatory")
if EMAIL_VERIFICATION not in {"mandatory", "optional", "none"}:
    raise ImproperlyConfigured("UZU_EMAIL_VERIFICATION is mandatory, optional or none.")
ACCOUNT_ADAPTER = "accounts.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FORM_CLASS = "accounts.sign_up.SignUpForm"
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = EMAIL_VERIFICATION
ACCOUNT_CONFIRM_EMAIL_ON_GET = False
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_USERNAME_VALIDATORS = "accounts.validators.USERNAME_VALIDATORS"
ACCOUNT_USERNAME_MIN_LENGTH = 2
ACCOUNT_USERNAME_BLACKLIST = RESERVED_USERNAMES
# A whole room signs up within minutes from one address: generous by address, strict by account.
ACCOUNT_RATE_LIMITS = {
    "login": "300/m/ip",
    "login_failed": "100/m/ip,5/5m/key",
    "signup": "100/m/ip",
    "reset_password": "60/m/ip,3/10m/key",
    "reset_password_from_key": "60/m/ip",
    "confirm_email": "1/1m/key",
}
ALLAUTH_TRUSTED_PROXY_COUNT = PROXIES
HEADLESS_ONLY = True
HEADLESS_CLIENTS = ["browser"]
HEADLESS_FRONTEND_URLS = {
    "account_confirm_email": f"{SITE_URL}/confirm-email/{{key}}",
    "account_reset_password": f"{SITE_URL}/reset-password",
    "account_reset_password_from_key": f"{SITE_URL}/reset-password/{{key}}",
    "account_signup": f"{SITE_URL}/sign-up",
    "socialaccount_login_error": f"{SITE_URL}/institution",
    "socialaccount_login_cancelled": f"{SITE_URL}/institution?error=cancelled",
}
SIGN_UP_OPEN = env.bool("UZU_SIGN_UP_OPEN", default=True)
# Whether people may ask for a code or a passkey beside their password.
SECOND_FACTOR = env.bool("UZU_SECOND_FACTOR", default=False)
MFA_ADAPTER = "accounts.second_factor.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_TOTP_ISSUER = SITE_NAME
# Where an address may wait for its confirmation, somebody else's could be kept from its owner for good by a factor.
MFA_ALLOW_UNVERIFIED_EMAIL = EMAIL_VERIFICATION != "optional"
# Where people sign in who have an account elsewhere: OpenID Connect and SAML. Empty: nowhere.
INSTITUTIONS = read_institutions(
    from_json("UZU_OIDC", env.str("UZU_OIDC", default="")), from_json("UZU_SAML", env.str("UZU_SAML", default=""))
)
INSTALLED_APPS += apps_for(INSTITUTIONS)
SOCIALACCOUNT_ADAPTER = "accounts.social.InstitutionAdapter"
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True}}
# People choose their user name themselves: what an institution calls them may be nobody's business.
SOCIALACCOUNT_AUTO_SIGNUP = False
# An account that was found by its address is known by the institution from then on, whatever address it takes.
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
SESSION_COOKIE_AGE = 60 * 60 * 24 * 60
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SITE_URL.startswith("https://")
CSRF_FAILURE_VIEW = "main.errors.csrf_failure"

EMAIL_CONFIG = env.email_url("EMAIL_URL", default="consolemail://")
vars().update(EMAIL_CONFIG)
# Account emails are sent while somebody waits for the answer.
EMAIL_TIMEOUT = env.int("EMAIL_TIMEOUT", default=10)
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default=f"{SITE_NAME} <noreply@{urlsplit(SITE_URL).hostname}>")

NOTIFICATIONS_NOTIFICATION_MODEL = "notifications_api.Notification"
# The hour of the user's day at which the digest is sent.
DIGEST_HOUR = env.int("UZU_DIGEST_HOUR", default=8)
# What many do to one thing (like it, reply to it) is mailed "at once" no more often than this; 0: every act by itself.
MAIL_GATHERING = timedelta(minutes=env.int("UZU_MAIL_GATHER_MINUTES", default=30))

# --- Languages and time -----------------------------------------------------------------------------------------------
LANGUAGE_CODE = env.str("UZU_LANGUAGE", default="en")
LANGUAGES = [("en", _("English")), ("ja", _("Japanese"))]
LOCALE_PATHS = [BASE_DIR / "main" / "locale"]
TIME_ZONE = env.str("TIME_ZONE", default="UTC")
USE_I18N = True
USE_TZ = True

# --- API --------------------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.authentication.TokenAuthentication",
        "accounts.authentication.BasicTokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticatedOrReadOnly"],
    "DEFAULT_RENDERER_CLASSES": ["djangorestframework_camel_case.render.CamelCaseJSONRenderer"],
    # Views that take files name their parsers.
    "DEFAULT_PARSER_CLASSES": ["djangorestframework_camel_case.parser.CamelCaseJSONParser"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "main.pagination.PageNumberPagination",
    "DEFAULT_SCHEMA_CLASS": "main.openapi.AutoSchema",
    "DEFAULT_VERSIONING_CLASS": None,
    "EXCEPTION_HANDLER": "main.errors.exception_handler",
    "DEFAULT_THROTTLE_CLASSES": ["foundation.throttling.WriteThrottle"],
    # Whose address an anonymous request counts for: with no proxy an invented X-Forwarded-For says nothing.
    "NUM_PROXIES": PROXIES,
    "DEFAULT_THROTTLE_RATES": {
        # Entering, where a code can be guessed at.
        "joining": "20/min",
        # Opening the link of a roster: a whole room does it at once, from one address.
        "links": "300/min",
        "submissions": env.str("UZU_THROTTLE_SUBMISSIONS", default="60/min"),
        "writes": "120/min",
        # What scores every submission, to no lasting effect.
        "dry_runs": "20/hour",
        # Reading that costs seconds of the processor.
        "costly": "20/min",
    },
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "COERCE_DECIMAL_TO_STRING": False,
}
SPECTACULAR_SETTINGS = {
    "TITLE": f"{SITE_NAME} API",
    "DESCRIPTION": DESCRIPTION,
    "VERSION": VERSION,
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": True,
    "SCHEMA_PATH_PREFIX": "/api",
    # Wherever the description was read from: the site has one address, and it is the operator's.
    "SERVERS": [{"url": "/", "description": SITE_NAME}],
    "COMPONENT_SPLIT_REQUEST": True,
    # Where several rooms have a field of the same name, each set of choices has a name of its own.
    "ENUM_NAME_OVERRIDES": {
        "AnalysisKind": "submissions.models.Analysis.Kind",
        "CombinedRule": "competitions.models.CombinedRule",
        "CompetitionState": "competitions.models.State",
        "CrewRole": "competitions.models.CrewRole",
        "LogKind": "competitions.models.LogKind",
        "MetricDirection": "competitions.models.MetricDirection",
        "NotificationKind": "notifications_api.kinds.Kind",
        "ReportState": "discussions.models.Report.State",
        "RequestStatus": "competitions.models.RequestStatus",
        "RunStatus": "submissions.models.ScoringRun.Status",
        "RunKind": "submissions.models.ScoringRun.Kind",
        "SubmissionStatus": "submissions.models.Submission.Status",
        "UploadKind": "discussions.models.Upload.Kind",
        "UploadState": "foundation.models.Upload.State",
    },
    "PREPROCESSING_HOOKS": ["main.openapi.only_the_api"],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "drf_spectacular.contrib.djangorestframework_camel_case.camelize_serializer_fields",
        "main.openapi.add_errors",
        "main.openapi.add_sign_in",
        "main.openapi.tidy_tags",
    ],
}
JSON_CAMEL_CASE = {
    "JSON_UNDERSCOREIZE": {
        "no_underscore_before_number": True,
        "ignore_fields": ("metric_params", "params", "experiment", "roles"),
    }
}

# --- Submissions ------------------------------------------------------------------------------------------------------
MAX_UPLOAD_BYTES = env.int("UZU_MAX_UPLOAD_BYTES", default=200 * 2**20)
MAX_DECOMPRESSED_BYTES = env.int("UZU_MAX_DECOMPRESSED_BYTES", default=1024 * 2**20)
# Who may create competitions besides the staff: nobody (staff), the members of a group of the admin, or everybody.
COMPETITION_CREATORS = env.str("UZU_COMPETITION_CREATORS", default="staff")
if COMPETITION_CREATORS not in {"staff", "group", "everybody"}:
    raise ImproperlyConfigured("UZU_COMPETITION_CREATORS is staff, group or everybody.")
CREATORS_GROUP = env.str("UZU_COMPETITION_CREATORS_GROUP", default="organisers")
# Whether the links of a roster make accounts for those who have none, also where nobody can sign up by themselves.
ROSTER_ACCOUNTS = env.bool("UZU_ROSTER_ACCOUNTS", default=COMPETITION_CREATORS != "everybody")
# How many that are not published somebody may have who is not of the staff.
MOST_DRAFTS = env.int("UZU_MOST_DRAFTS", default=3)
# What the files of one competition may come to, unless the admin says otherwise for it; 0: as much as there is room.
COMPETITION_STORAGE_BYTES = env.int("UZU_COMPETITION_STORAGE_BYTES", default=0)
MAX_DATA_FILE_BYTES = env.int("UZU_MAX_DATA_FILE_BYTES", default=20 * 2**30)
# Files above this size are scored by the job queue and answered with 202.
INLINE_SCORING_BYTES = env.int("UZU_INLINE_SCORING_BYTES", default=100 * 2**20)
# What one web process scores at once, how many requests wait for their turn and for how long; the rest is queued.
INLINE_SCORING_SLOTS = env.int("UZU_INLINE_SCORING_SLOTS", default=1)
INLINE_SCORING_WAITERS = env.int("UZU_INLINE_SCORING_WAITERS", default=1)
INLINE_SCORING_PATIENCE_SECONDS = env.float("UZU_INLINE_SCORING_PATIENCE_SECONDS", default=1.0)
# Beyond this many waiting submissions of the whole site, new ones are told to come back.
SUBMISSION_BACKLOG = env.int("UZU_SUBMISSION_BACKLOG", default=2000)
# What one team may send within an hour that can't be scored: files, and their bytes; 0: as much as it likes.
REFUSED_TRIES_PER_HOUR = env.int("UZU_REFUSED_TRIES_PER_HOUR", default=60)
REFUSED_BYTES_PER_HOUR = env.int("UZU_REFUSED_BYTES_PER_HOUR", default=2**30)
# Files that could not be scored are deleted after so many hours, but for each team's last few.
REFUSED_FILE_HOURS = env.int("UZU_REFUSED_FILE_HOURS", default=24)
REFUSED_FILES_KEPT = env.int("UZU_REFUSED_FILES_KEPT", default=5)
# Private scoring and rescoring: processes of one worker (0: as many as there are cores), and workers that share a run.
SCORING_PROCESSES = env.int("UZU_SCORING_PROCESSES", default=0)
SCORING_WORKERS = env.int("UZU_SCORING_WORKERS", default=1)
# A running competition ends no earlier than so long after organisers said so, and is rescored so many times at most.
END_NOTICE_SECONDS = env.int("UZU_END_NOTICE_SECONDS", default=3600)
RESCORINGS_WHILE_RUNNING = env.int("UZU_RESCORINGS_WHILE_RUNNING", default=5)
# A worker that gives no sign of life for so long is taken for dead, and its work is handed out again.
SCORING_LEASE_SECONDS = env.int("UZU_SCORING_LEASE_SECONDS", default=60)
# After so long, what is noise in a final ranking is told from fewer resamples than wanted.
NOISE_SECONDS = env.float("UZU_NOISE_SECONDS", default=180.0)
# Whether organisers see which accounts were used in the same browser; the privacy page then says so.
SHARED_BROWSERS = env.bool("UZU_SHARED_BROWSERS", default=False)
# Organisers' own metrics run in sandboxes. So many of these wait in each process that scores, libraries loaded.
# 0: none, and what they score goes to the job queue.
METRIC_SANDBOXES = env.int("UZU_METRIC_SANDBOXES", default=1)
# What one may use in memory, what those of one process may use together, and for how long one call may run.
METRIC_SANDBOX_BYTES = env.int("UZU_METRIC_SANDBOX_BYTES", default=2**30)
METRIC_MEMORY_BYTES = env.int("UZU_METRIC_MEMORY_BYTES", default=2 * 2**30)
METRIC_SECONDS = env.float("UZU_METRIC_SECONDS", default=30.0)
# Those that nobody needed for so long are ended.
METRIC_IDLE_SECONDS = env.float("UZU_METRIC_IDLE_SECONDS", default=900.0)
# bubblewrap or landlock; empty: the first that stands every attack.
METRIC_RUNNER = env.str("UZU_METRIC_RUNNER", default="")
SANDBOX_FINDINGS = VAR_DIR / "sandbox.json"
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 2**20
FILE_UPLOAD_MAX_MEMORY_SIZE = 5 * 2**20

# `make run`: the longest pause before a process that dies again and again is started again.
LONGEST_RESTART_PAUSE_SECONDS = env.float("UZU_LONGEST_RESTART_PAUSE_SECONDS", default=30.0)

# --- Watching ---------------------------------------------------------------------------------------------------------
# Who knows it may read `/metrics`; without one there are none.
METRICS_TOKEN = env.str("UZU_METRICS_TOKEN", default="")
# Each machine or container has its own: files in it are named by processes.
METRICS_DIR = Path(env.str("UZU_METRICS_DIR", default=str(VAR_DIR / "metrics" / socket.gethostname())))
# Where a worker answers with its own numbers; 0: nowhere, the web server beside it tells them too.
WORKER_METRICS_PORT = env.int("UZU_WORKER_METRICS_PORT", default=0)
# Count faults in the database too, for the status page.
RECORD_FAULTS = True

# --- Security ---------------------------------------------------------------------------------------------------------
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_HSTS_SECONDS = env.int("UZU_HSTS_SECONDS", default=30 * 24 * 3600 if SITE_URL.startswith("https://") else 0)
# Whether plain HTTP is redirected, this host alone or all below it say HSTS: the proxy's and its operator's to decide.
# And W161: at midnight it takes a time of the day, the default of when the limits begin anew, for a moment that stands
# still.
SILENCED_SYSTEM_CHECKS = ["fields.W161", "security.W005", "security.W008", "security.W021"]
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("UZU_BEHIND_PROXY", default=False) else None
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF, "data:"],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "filters": {"busy_is_no_fault": {"()": "main.logs.BusyIsNoFault"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "loggers": {
        "django.request": {"filters": ["busy_is_no_fault"]},
        # Two lines for every job are too many where jobs are notifications.
        "django_tasks": {"level": "WARNING"},
        # A HEAD answered with a body that is dropped, as it should be, is no news.
        "gunicorn.http.wsgi": {"level": "ERROR"},
    },
    "root": {"handlers": ["console"], "level": env.str("UZU_LOG_LEVEL", default="INFO")},
}
