"""No cookies: nothing that a server says is remembered for it.

Idea: an HTTP client keeps every cookie it is given and sends them all back. Somebody else's server could so fill the
memory of a program that runs for days, or recognise a voter from one request to the next.
"""

from __future__ import annotations

from http.cookiejar import CookieJar, DefaultCookiePolicy


def no_cookies() -> CookieJar:
    """Return a jar that takes none."""
    return CookieJar(DefaultCookiePolicy(allowed_domains=()))
