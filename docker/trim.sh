#!/bin/sh
# Takes out of a virtual environment what no server needs, and compiles what it runs: trim.sh VENV.
set -eu
cd "$1"/lib/python3*/site-packages

# Tests of the large packages, and what only somebody who builds upon them would read.
for package in pandas scipy sklearn numpy pyarrow joblib; do
    find "$package" -type d -name tests -prune -exec rm -rf {} +
done
find . -type f \( -name '*.pyx' -o -name '*.pxd' -o -name '*.pxi' -o -name '*.pyi' -o -name '*.c' -o -name '*.cpp' -o -name '*.h' \
    -o -name '*.hpp' -o -name '*.a' -o -name '*.po' -o -name '*.map' \) -delete
rm -rf numpy/random/examples sklearn/datasets/images
rm -rf icalendar/tests tornado/test joblib/test croniter/tests jsonschema/tests csp/tests notifications/tests \
    referencing/tests qrcode/tests
# A site signs in to institutions, and is none itself.
rm -rf allauth/idp

# Of some hundred sign-in services the two protocols that institutions speak; of lxml what reads and writes XML.
find allauth/socialaccount/providers -mindepth 1 -maxdepth 1 -type d ! -name base ! -name oauth ! -name oauth2 \
    ! -name openid_connect ! -name saml -exec rm -rf {} +
rm -rf lxml/html lxml/isoschematron lxml/objectify.* lxml/sax.*
# Of 250 languages that code is coloured in, those of notebooks: the site itself leaves colours to the browser.
find pygments/lexers -name '*.py' ! -name __init__.py ! -name _mapping.py ! -name special.py ! -name python.py \
    ! -name r.py ! -name julia.py ! -name shell.py ! -name data.py ! -name markup.py ! -name html.py -delete
rm -rf django/contrib/gis
# Both packages bring the same zones.
if [ -d tzdata/zoneinfo ] && [ -d pytz/zoneinfo ]; then
    rm -rf pytz/zoneinfo
    ln -s ../tzdata/zoneinfo pytz/zoneinfo
fi
# A format of pictures that nobody can upload, which Pillow does without.
rm -rf PIL/_avif.* pillow.libs/libavif-*
# There for Python 3.12 alone, which has no distutils of its own any more.
if ./../../../bin/python -c 'import sys; sys.exit(sys.version_info >= (3, 12))'; then
    rm -rf setuptools setuptools-*.dist-info _distutils_hack distutils-precedence.pth
fi

# Arrow's own network protocol and file systems in the cloud: files are read from memory and from the disk.
rm -rf pyarrow/include pyarrow/src pyarrow/libarrow_flight.so* pyarrow/libarrow_python_flight.so* pyarrow/_flight.* \
    pyarrow/libarrow_s3.so* pyarrow/_s3fs.*
# A wheel has no links: three copies of each library, of which the one with the number of its interface is loaded.
for library in pyarrow/libarrow_python*.so; do
    for copy in "$library" "$library".*.*; do
        if [ -e "$copy" ] && ls "$library".[0-9]* >/dev/null 2>&1; then rm -f "$copy"; fi
    done
done

# What only a debugger reads. Not of the libraries that came along with a wheel: their tables were rewritten for that.
find . -name '*.so*' -type f ! -path './*.libs/*' -exec strip --strip-unneeded {} +

# The site speaks English and Japanese.
find django allauth rest_framework django_filters -type d -path '*/locale/*' -prune ! -name en ! -name ja -exec rm -rf {} +
# Collected into the image by themselves.
rm -rf django/contrib/admin/static rest_framework/static drf_spectacular_sidecar/static
# Names of emoji in other languages, and the descriptions of some 400 cloud services but the file store and its keys.
find emoji/unicode_codes -name 'emoji_*.json' ! -name emoji_ja.json -delete
find boto3/data -mindepth 1 -maxdepth 1 -type d ! -name s3 -exec rm -rf {} +
find botocore/data -mindepth 1 -maxdepth 1 -type d ! -name s3 ! -name sts ! -name sso ! -name sso-oidc -exec rm -rf {} +

# Compiled here, since the image is read-only where it runs. Not what only the demo needs, nor what is hardly ever loaded.
python="$PWD/../../../bin/python"
"$python" -m compileall -q -j 0 \
    -x '/(scipy|sklearn|pandas|joblib|narwhals|setuptools|tornado|zmq|pygments/lexers|oauthlib|fido2|onelogin)/' .
