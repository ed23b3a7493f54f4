#!/bin/sh
# What a container does: `web` serves, `worker` works off jobs, `migrate` prepares the database and ends.
# Anything else is run as it is, e.g. `docker compose run web python manage.py createsuperuser`.
set -eu
cd "$(dirname "$0")/.."

case "${1:-web}" in
migrate)
    exec python manage.py migrate --noinput
    ;;
web)
    exec gunicorn main.wsgi:application --config docker/gunicorn.conf.py
    ;;
worker)
    exec python manage.py worker --alive-file /tmp/worker-alive
    ;;
*)
    exec "$@"
    ;;
esac
