"""Asks the web server in this container whether it answers; exits 0 when it does. Used as a health check."""

from __future__ import annotations

import http.client
import os
import sys


def main() -> int:
    # The server refuses strange host names and plain HTTP, so the question looks as the proxy's would.
    host = os.environ.get("ALLOWED_HOSTS", "localhost").split(",")[0].strip()
    link = http.client.HTTPConnection("127.0.0.1", int(os.environ.get("PORT", "8000")), timeout=4)
    try:
        link.request("GET", "/healthz", headers={"Host": host, "X-Forwarded-Proto": "https"})
        return 0 if link.getresponse().status == 200 else 1
    except (OSError, http.client.HTTPException) as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
