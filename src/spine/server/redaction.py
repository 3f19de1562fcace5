"""Keeps secrets out of the log, whatever writes the line: SPINE, uvicorn, a library's frame dump, the text of an exception."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from urllib.parse import quote

_HIDDEN = "***"
_END = r"[^\s\"'\\,]+"
_PATTERNS = (
    # spine.bearer.TOKEN, which browsers offer as a subprotocol.
    (re.compile(rf"(spine\.bearer\.){_END}", re.IGNORECASE), rf"\1{_HIDDEN}"),
    (re.compile(rf"\b(bearer)((?:\s|%20|\+)+){_END}", re.IGNORECASE), rf"\1\2{_HIDDEN}"),
    # A header, however it is printed: `Authorization: x`, `(b'authorization', b'x')`, `{"authorization": "x"}`.
    (
        re.compile(
            r"\b((?:proxy-)?authorization|(?:set-)?cookie)([\"'\\]*\s*[:=,]\s*b?[\"'\\]*)[^\"'\\\r\n]+",
            re.IGNORECASE,
        ),
        rf"\1\2{_HIDDEN}",
    ),
    # A query such as ?token=x or &access_token=x.
    (
        re.compile(r"([?&][\w.-]*(?:token|secret|password|key|auth)[\w.-]*=)[^\s\"'\\&#]+", re.IGNORECASE),
        rf"\1{_HIDDEN}",
    ),
)


class Redactor:
    """Takes secrets out of finished lines.

    Args:
        secrets: texts that must not stand in any line, in whatever way they are escaped there.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        forms = {form for secret in secrets if secret for form in _forms(secret)}
        # The longest first: one secret may be the beginning of another.
        ordered = sorted(forms, key=lambda form: (-len(form), form))
        self._secrets = re.compile("|".join(map(re.escape, ordered))) if ordered else None

    def __call__(self, line: str) -> str:
        """Return a line without secrets."""
        if self._secrets is not None:
            line = self._secrets.sub(_HIDDEN, line)
        for pattern, replacement in _PATTERNS:
            line = pattern.sub(replacement, line)
        return line


def _forms(secret: str) -> set[str]:
    """Return a secret as it may stand in a line: as it is, in a `repr`, in an address, on top of that in JSON."""
    forms = {secret, repr(secret)[1:-1], repr(secret.encode())[2:-1], quote(secret), quote(secret, safe="")}
    # Headers are read as Latin-1.
    forms.add(secret.encode().decode("latin-1"))
    return (
        forms
        | {json.dumps(form)[1:-1] for form in forms}
        | {json.dumps(form, ensure_ascii=False)[1:-1] for form in forms}
    )
