#!/bin/sh
# Starts nginx with docker/nginx.conf, told the name server of this container and, in UZU_WEB, where the web is.
# Writes to /tmp alone: everything else may be read-only.
set -eu
# The first alone: nginx would ask all of them in turn, and the others know nothing of containers.
resolver="$(awk '$1 == "nameserver" { sub(/%.*/, "", $2); print ($2 ~ /:/ ? "[" $2 "]" : $2); exit }' /etc/resolv.conf)"
sed -e "s#resolver 127.0.0.11 #resolver $resolver #" -e "s#http://web:8000#http://${UZU_WEB:-web:8000}#" \
    /etc/uzu/nginx.conf >/tmp/nginx.conf
exec nginx -e stderr -c /tmp/nginx.conf -g 'daemon off;'
