#!/bin/sh
# Whether this container does its work, by what it was started for: a web answers, a worker has looked after its duties
# in the last minutes. A migration is healthy as long as it runs.
set -eu
case "$(tr '\0' ' ' </proc/1/cmdline)" in
*gunicorn*)
    exec python -c "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"
    ;;
*" worker "*)
    test -n "$(find /tmp/worker-alive -mmin -10)"
    ;;
esac
