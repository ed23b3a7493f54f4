#!/bin/sh
# What requirements.txt names, into a virtual environment: install.sh PIP VENV. Every file is checked against its hash,
# and nothing is fetched that has none: the few packages without a wheel are built with the locked setuptools.
set -eu
pip="$1"
venv="$2"
# Published as sources only; none of them has anything to compile.
sources=crontab,django-notifications-hq,djangorestframework-camel-case

"$pip" --version
awk '/^[^ #]/ { locked = /^setuptools==/ } locked' requirements.txt >setuptools.txt
"$pip" --python "$venv/bin/python" install --no-compile --require-hashes --only-binary :all: -r setuptools.txt
"$pip" --python "$venv/bin/python" install --no-compile --require-hashes --only-binary :all: --no-binary "$sources" \
    --no-build-isolation -r requirements.txt
