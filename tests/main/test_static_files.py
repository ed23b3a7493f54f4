"""How long browsers keep the files of the app."""

import re

import pytest
from django.conf import settings


@pytest.mark.parametrize(
    ("url", "never_changes"),
    [
        ("/static/app/assets/index-BpNSCren.js", True),
        ("/static/app/assets/AuthCard-D1efr8ZQ.css", True),
        ("/static/app/assets/inter-latin-wght-normal-Dx4k_-Jo.woff2", True),
        ("/static/app/twemoji/1f947.svg", False),
        ("/static/app/uzu.svg", False),
        ("/static/admin/css/base.css", False),
        ("/static/app/assets/plain.js", False),
    ],
)
def test_only_files_named_after_their_content_never_change(url, never_changes):
    assert bool(re.search(settings.WHITENOISE_IMMUTABLE_FILE_TEST, url)) is never_changes
