#!/bin/sh
# An S3-compatible store in one process, with one identity and one bucket.
set -eu
umask 077
cat >/tmp/identity.json <<JSON
{"identities": [{"name": "uzu", "credentials": [{"accessKey": "$S3_ACCESS_KEY", "secretKey": "$S3_SECRET_KEY"}],
  "actions": ["Admin", "Read", "Write", "List", "Tagging"]}]}
JSON
(
    until echo "s3.bucket.create -name $S3_BUCKET" | weed shell -master 127.0.0.1:9333 >/dev/null 2>&1; do sleep 1; done
    touch /tmp/bucket-made
) &
exec weed server -dir=/data -s3 -s3.config=/tmp/identity.json -ip.bind=0.0.0.0
