"""Logs: one JSON object a line on standard output, or coloured text for people; uvicorn's own lines included."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterable
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, Processor

from spine import __version__
from spine.server.redaction import Redactor


def _add_version(_: Any, __: str, event: EventDict) -> EventDict:
    event["version"] = __version__
    return event


def _without_colour(_: Any, __: str, event: EventDict) -> EventDict:
    event.pop("color_message", None)
    return event


class _Formatter(structlog.stdlib.ProcessorFormatter):
    """Formats a line and takes the secrets out of it: after all that could have put them there."""

    def __init__(self, *args: Any, redact: Redactor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        return self._redact(super().format(record))


class _OwnLevels(logging.Filter):
    """Gives lines of uvicorn the level they have here.

    A client's message that is no UTF-8 is no fault of the server: INFO, without a traceback. Of connections the server says itself
    who comes and goes: uvicorn's three lines each are DEBUG.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        if text.startswith("Invalid UTF-8"):
            record.levelno, record.levelname, record.exc_info = logging.INFO, "INFO", None
        elif text in ("connection open", "connection closed") or '"WebSocket ' in text:
            record.levelno, record.levelname = logging.DEBUG, "DEBUG"
        return logging.getLogger().isEnabledFor(record.levelno)


def is_for_people(style: str) -> bool:
    """Return whether logs of a style (see `configure_logs`) are text for people, not JSON."""
    return style == "console" or (style == "auto" and sys.stdout.isatty())


def configure_logs(level: str, style: str, secrets: Iterable[str] = (), stream: TextIO | None = None) -> None:
    """Send all logs to one stream.

    Args:
        level: least level shown, such as ``INFO``.
        style: ``json``, ``console``, or ``auto``: console on a terminal, JSON elsewhere.
        secrets: what must not stand in any line, beside everything that looks like a credential.
        stream: where to; standard output when there is none.
    """
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", key="time", utc=True),
        _add_version,
        _without_colour,
        structlog.processors.format_exc_info,
    ]
    renderer: Processor = (
        structlog.dev.ConsoleRenderer(timestamp_key="time")
        if is_for_people(style)
        else structlog.processors.JSONRenderer()
    )
    handler = logging.StreamHandler(sys.stdout if stream is None else stream)
    handler.setFormatter(
        _Formatter(
            redact=Redactor(secrets),
            foreign_pre_chain=[structlog.stdlib.ExtraAdder(), *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logger = logging.getLogger(name)
        logger.handlers = []
        logger.propagate = True
        logger.setLevel(level)
    errors = logging.getLogger("uvicorn.error")
    errors.filters = [_OwnLevels()]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
