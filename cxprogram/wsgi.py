"""The WSGI door."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cxprogram.settings")
application = get_wsgi_application()
# Every page and door now, not with the first that asks for one.
_ = get_resolver().url_patterns
# The processes that answer are copies of the one that loads this. What is loaded stays, so none of them need walk
# through it in search of garbage: that would hold up every answer meanwhile, and copy each page that they share.
gc.collect()
gc.freeze()
