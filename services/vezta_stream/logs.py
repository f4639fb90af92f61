"""Logging: structlog and the standard library in one stream, as JSON lines or for people.

Secrets do not belong into log calls; should one get there all the same (a library's
message, a header in an error), what looks like a token is blotted out on the way.
"""

import logging
import re
import sys
from enum import StrEnum
from typing import Final, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

_BLOT: Final = "[redacted]"
# A JWT begins with the base64 of `{"`; nothing else of ours looks like it.
_TOKEN: Final = re.compile(r"eyJ[A-Za-z0-9_-]{5,}(?:\.[A-Za-z0-9_-]*){0,4}")
_SECRET_FIELDS: Final = frozenset({"token", "secret", "password", "authorization", "auth"})

# Their INFO and DEBUG lines show packet bodies, tokens included: never let them speak.
_LIBRARIES: Final = ("engineio", "socketio", "uvicorn", "websockets", "asyncio")


class LogFormat(StrEnum):
    """How a log line is written."""

    JSON = "json"
    CONSOLE = "console"


def configure(*, level: str, format_: LogFormat, stream: TextIO | None = None) -> None:
    """Send every log line of the process to `stream` (standard error when `None`).

    Replaces what was configured before; call it once, first thing in `main`.
    """
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.PositionalArgumentsFormatter(),
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream if stream is not None else sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *_renderers(format_),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for name in _LIBRARIES:
        logging.getLogger(name).setLevel(logging.ERROR)


def redact(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Blot out the fields named like secrets and all that looks like a token."""
    for name, value in event.items():
        if name in _SECRET_FIELDS:
            event[name] = _BLOT
        elif isinstance(value, str):
            event[name] = _TOKEN.sub(_BLOT, value)
    return event


def _renderers(format_: LogFormat) -> list[Processor]:
    as_text: Processor = structlog.processors.format_exc_info
    match format_:
        case LogFormat.JSON:
            return [as_text, redact, structlog.processors.JSONRenderer(ensure_ascii=False)]
        case LogFormat.CONSOLE:
            return [as_text, redact, structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())]
