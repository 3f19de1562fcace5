"""Logs: one JSON object a line on standard output, or coloured text for people; uvicorn's own lines included."""

from __future__ import annotations

import logging
import sys
from typing import Any

import structlog
from structlog.typing import EventDict, Processor

from spine import __version__


def _add_version(_: Any, __: str, event: EventDict) -> EventDict:
    event["version"] = __version__
    return event


def _without_colour(_: Any, __: str, event: EventDict) -> EventDict:
    event.pop("color_message", None)
    return event


class _ClientFaults(logging.Filter):
    """Makes a line of level INFO, without the traceback, of a client's message that is no UTF-8: it is no fault of the server."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.getMessage().startswith("Invalid UTF-8"):
            record.levelno, record.levelname, record.exc_info = logging.INFO, "INFO", None
        return logging.getLogger().isEnabledFor(record.levelno)


def configure_logs(level: str, style: str) -> None:
    """Send all logs to standard output.

    Args:
        level: least level shown, such as ``INFO``.
        style: ``json``, ``console``, or ``auto``: console on a terminal, JSON elsewhere.
    """
    shared: list[Processor] = [
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", key="time", utc=True),
        _add_version,
        _without_colour,
        structlog.processors.format_exc_info,
    ]
    as_console = style == "console" or (style == "auto" and sys.stdout.isatty())
    renderer: Processor = (
        structlog.dev.ConsoleRenderer(timestamp_key="time") if as_console else structlog.processors.JSONRenderer()
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
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
    errors.filters = [_ClientFaults()]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
