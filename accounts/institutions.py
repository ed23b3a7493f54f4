"""Where people can sign in who have an account elsewhere, as the settings name it.

Read at the start, before there are models. Every mistake is told in words: a site that is half set up does not start.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

OIDC, SAML = "openid_connect", "saml"
VARIABLES = {OIDC: "UZU_OIDC", SAML: "UZU_SAML"}
NEEDED = {OIDC: {"id", "name", "url", "client_id", "secret"}, SAML: {"id", "name", "entity_id"}}
# Of SAML's: where its metadata is, or what would be in it.
METADATA = {"metadata_url", "sso_url", "x509cert"}
COMMON = {"email_domains", "sign_up", "settings"}
OPTIONAL = {OIDC: COMMON, SAML: COMMON | METADATA | {"attributes"}}
DOMAIN = re.compile(r"[^@\s*]+")
ID = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
# Of the same machine: for trying it out.
LOOPBACK = {"localhost", "127.0.0.1", "::1"}
PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"


def from_json(variable: str, text: str) -> Any:
    """The JSON of an environment variable; an empty one is an empty list.

    Raises:
        ImproperlyConfigured
    """
    try:
        return json.loads(text) if text.strip() else []
    except ValueError as error:
        raise ImproperlyConfigured(f"{variable} is a list of objects in JSON: {error}") from error


def read_institutions(oidc: Any, saml: Any) -> list[dict[str, Any]]:
    """The institutions in the form of allauth's apps: `provider`, `provider_id`, `name`, `client_id`, `secret`,
    `settings`. Of `settings`, `email_domains` and `sign_up` are ours.

    Raises:
        ImproperlyConfigured: says which variable, which entry and what is wrong with it.
    """
    given = [(kind, entry) for kind, entries in ((OIDC, oidc), (SAML, saml)) for entry in _entries(kind, entries)]
    found = [_oidc(entry) if kind == OIDC else _saml(entry) for kind, entry in given]
    ids = [app["provider_id"] for app in found]
    if len(set(ids)) < len(ids):
        raise ImproperlyConfigured("UZU_OIDC and UZU_SAML: two institutions have the same id.")
    if any(kind == SAML for kind, _entry in given) and not (find_spec("onelogin") and find_spec("xmlsec")):
        raise ImproperlyConfigured("UZU_SAML needs the packages python3-saml and xmlsec: make install.")
    return found


def apps_for(institutions: list[dict[str, Any]]) -> list[str]:
    """The Django apps that these need."""
    return [f"allauth.socialaccount.providers.{kind}" for kind in sorted({app["provider"] for app in institutions})]


def _entries(kind: str, entries: Any) -> list[dict[str, Any]]:
    if not isinstance(entries, list):
        raise ImproperlyConfigured(f"{VARIABLES[kind]} is a list of objects in JSON.")
    for entry in entries:
        _check(kind, entry)
    return entries


def _check(kind: str, entry: Any) -> None:
    where = VARIABLES[kind]
    if not isinstance(entry, dict):
        raise ImproperlyConfigured(f"{where} is a list of objects in JSON.")
    where = f"{where}, {entry.get('id', '?')}"
    if missing := NEEDED[kind] - entry.keys():
        raise ImproperlyConfigured(f"{where}: {', '.join(sorted(missing))} missing.")
    if unknown := entry.keys() - NEEDED[kind] - OPTIONAL[kind]:
        raise ImproperlyConfigured(f"{where}: {', '.join(sorted(unknown))} not known.")
    if wrong := sorted(key for key in NEEDED[kind] if not isinstance(entry[key], str) or not entry[key].strip()):
        raise ImproperlyConfigured(f"{where}: {', '.join(wrong)} must be a text.")
    if not ID.fullmatch(entry["id"]) or entry["id"] in VARIABLES:
        raise ImproperlyConfigured(f"{where}: the id has letters a-z, digits and - inside, and stands in addresses.")
    for key, (fits, form) in FORMS.items():
        if key in entry and not fits(entry[key]):
            raise ImproperlyConfigured(f"{where}: {key} {form}.")
    if kind == SAML and "metadata_url" not in entry and not METADATA - {"metadata_url"} <= entry.keys():
        raise ImproperlyConfigured(f"{where}: metadata_url, or sso_url and x509cert, missing.")


def _are_domains(domains: Any) -> bool:
    return isinstance(domains, list) and all(isinstance(one, str) and DOMAIN.fullmatch(one) for one in domains)


def _is_safe(url: Any) -> bool:
    try:
        parts = urlsplit(url) if isinstance(url, str) else urlsplit("")
    except ValueError:
        return False
    return bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK))


def _ours(entry: dict[str, Any]) -> dict[str, Any]:
    domains = [domain.lower() for domain in entry.get("email_domains", [])]
    return {"email_domains": domains} | ({"sign_up": entry["sign_up"]} if "sign_up" in entry else {})


def _oidc(entry: dict[str, Any]) -> dict[str, Any]:
    return {
        "provider": OIDC,
        "provider_id": entry["id"],
        "name": entry["name"],
        "client_id": entry["client_id"],
        "secret": entry["secret"],
        "settings": {**entry.get("settings", {}), "server_url": entry["url"].rstrip("/"), **_ours(entry)},
    }


def _saml(entry: dict[str, Any]) -> dict[str, Any]:
    more = dict(entry.get("settings", {}))
    advanced = {"name_id_format": PERSISTENT, **more.pop("advanced", {})}
    idp = {key: entry[key] for key in ("entity_id", *sorted(METADATA)) if key in entry}
    mapping = {"attribute_mapping": entry["attributes"]} if "attributes" in entry else {}
    return {
        "provider": SAML,
        "provider_id": entry["id"],
        "name": entry["name"],
        # The part of its addresses here.
        "client_id": entry["id"],
        "secret": "",
        "settings": {**more, "idp": {**idp, **more.pop("idp", {})}, "advanced": advanced, **mapping, **_ours(entry)},
    }


# What the value of a key has to be, and how to say so.
FORMS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "url": (_is_safe, "must begin with https://"),
    "metadata_url": (_is_safe, "must begin with https://"),
    "sso_url": (_is_safe, "must begin with https://"),
    "x509cert": (lambda value: isinstance(value, str), "must be a text"),
    "email_domains": (_are_domains, 'is a list of domains such as "example.ac.jp"'),
    "sign_up": (lambda value: isinstance(value, bool), "is true or false"),
    "settings": (lambda value: isinstance(value, dict), "is an object"),
    "attributes": (lambda value: isinstance(value, dict), "is an object"),
}
