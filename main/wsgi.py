"""The WSGI entry point that gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application

from main.content_types import ReadableContentType
from scoring.memory import keep_memory

keep_memory()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "main.settings")

application = ReadableContentType(get_wsgi_application())
