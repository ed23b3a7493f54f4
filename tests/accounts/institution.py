"""An institution that runs by itself: allauth's own OpenID provider, on a port of this machine.

`python -m tests.accounts.institution PORT FOLDER CALLBACK`. Who asks it with `/as/<name>/` is signed in there; its
people and the addresses that it asserts are in `PEOPLE`.
"""

from __future__ import annotations

import sys
from wsgiref.simple_server import WSGIRequestHandler, make_server

import django
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings

urlpatterns = []
CLIENT, SECRET = "uzu", "a secret between the two"
# Name: address, and whether the institution says that it has checked it.
PEOPLE = {
    "mei": ("mei@campus.example", True),
    "unchecked": ("unchecked@campus.example", False),
    "liar": ("alice@example.org", True),
    "boss": ("boss@campus.example", True),
    "alice": ("alice@campus.example", True),
    "山田": ("yamada@campus.example", True),
    "admin": ("admin@campus.example", True),
}


def set_up(port: int, folder: str) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    settings.configure(
        SECRET_KEY="of the institution",
        ALLOWED_HOSTS=["127.0.0.1"],
        ROOT_URLCONF=__name__,
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": f"{folder}/institution.sqlite3"}},
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "allauth",
            "allauth.account",
            "allauth.idp.oidc",
        ],
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "allauth.account.middleware.AccountMiddleware",
        ],
        SESSION_COOKIE_NAME="institution",
        USE_TZ=True,
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        LOGIN_URL="/sign-in-first/",
        LOGGING={"version": 1, "root": {"handlers": ["all"]}, "handlers": {"all": {"class": "logging.StreamHandler"}}},
        IDP_OIDC_PRIVATE_KEY=pem,
    )
    django.setup()


def fill(callback: str) -> None:
    from allauth.account.models import EmailAddress
    from allauth.idp.oidc.models import Client
    from django.contrib.auth.models import User
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    for name, (email, verified) in PEOPLE.items():
        user = User.objects.create_user(name, email)
        EmailAddress.objects.create(user=user, email=email, verified=verified, primary=True)
    client = Client(id=CLIENT, name="Uzu", scopes="openid\nprofile\nemail", redirect_uris=callback, skip_consent=True)
    client.set_secret(SECRET)
    client.save()


def become(request, name):
    from django.contrib.auth import login
    from django.contrib.auth.models import User
    from django.http import HttpResponse

    login(request, User.objects.get(username=name), "django.contrib.auth.backends.ModelBackend")
    return HttpResponse("signed in")


class Quiet(WSGIRequestHandler):
    def log_message(self, *_args):
        pass


def main() -> None:
    port, folder, callback = int(sys.argv[1]), sys.argv[2], sys.argv[3]
    set_up(port, folder)
    fill(callback)

    from django.core.wsgi import get_wsgi_application
    from django.urls import include, path

    urlpatterns.extend([path("as/<str:name>/", become), path("", include("allauth.idp.urls"))])
    with make_server("127.0.0.1", port, get_wsgi_application(), handler_class=Quiet) as server:
        server.serve_forever()


if __name__ == "__main__":
    main()
