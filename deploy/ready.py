"""Whether the dashboard of this container answers and reaches its database: the health check of the image."""

import http.client
import os
import sys

port = os.environ.get("STREAMLIT_SERVER_PORT") or "8501"
base = os.environ.get("STREAMLIT_SERVER_BASE_URL_PATH", "").strip("/")
asked = http.client.HTTPConnection("127.0.0.1", int(port), timeout=8)
try:
    asked.request("GET", f"/{base}/readyz" if base else "/readyz")
    told = asked.getresponse()
    sys.exit(told.status != 200 and f"{told.status} {told.read(200)!r}")
except OSError as exc:
    sys.exit(str(exc))
