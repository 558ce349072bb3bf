"""The log: one line of JSON per event, tracebacks without the values of variables, no key, link or code anywhere."""

from __future__ import annotations

import logging
import re
from typing import Any

import structlog

_SECRET_IN_PATH = re.compile(r"(/key/|/v1/test/|/u/(?!orders\b|leave\b)|/r/e/|/r/t/[^/\s?\"']+/)[^/\s?\"']+")


def configure(level: str) -> None:
    """Write what is said from now on to standard output, from `level` ("INFO", "WARNING" …) upward."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            # The plain traceback: a pretty one prints the variables too, and a key would be among them.
            structlog.processors.format_exc_info,
            _mask,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
    )


def masked(text: str) -> str:
    """A line for a log, with every key, draft's token, link and resident's code in a path made unreadable."""
    return _SECRET_IN_PATH.sub(r"\1•••", text)


def _mask(_logger: Any, _method: str, said: structlog.typing.EventDict) -> structlog.typing.EventDict:
    return {name: masked(value) if isinstance(value, str) else value for name, value in said.items()}
