"""Origins of browser pages, in the one form in which browsers send them (RFC 6454)."""

from __future__ import annotations

from ipaddress import IPv6Address
from urllib.parse import urlsplit

ANY_ORIGIN = "*"
OPAQUE_ORIGIN = "null"
_DEFAULT_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}


def normal_origin(text: str) -> str:
    """Return an origin as browsers send it: small letters, no default port, no slash at the end, an international name in ASCII.

    Args:
        text: such as ``https://Plan.example.com:443/``; ``*`` and ``null`` stay as they are.

    Raises:
        ValueError: it is no origin; says what is wrong.
    """
    if text in (ANY_ORIGIN, OPAQUE_ORIGIN):
        return text
    parts = urlsplit(text)
    host = parts.hostname or ""
    if not parts.scheme or (not host and parts.scheme != "file"):
        raise ValueError("must be of the form https://host or https://host:port")
    if parts.path not in ("", "/") or parts.query or parts.fragment or "@" in parts.netloc:
        raise ValueError("must be scheme, host and port only, without a path")
    if "*" in host:
        raise ValueError("must name the host in full; * stands only alone, for all origins")
    if ":" in host:
        host = f"[{IPv6Address(host).compressed}]"
    elif not host.isascii():
        host = host.encode("idna").decode("ascii")
    port = "" if parts.port in (None, _DEFAULT_PORTS.get(parts.scheme)) else f":{parts.port}"
    return f"{parts.scheme}://{host}{port}"
