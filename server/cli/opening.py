"""How a command gets at the database, and what it says when it is refused.

What an operator gave wrongly ends a command with exit code 2 and changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import click

from server.cli.serve import prepare
from server.cli.tables import table
from server.database import Database
from server.domain.problems import Problem
from server.settings import Settings
from server.web.i18n import say


class Refused(click.ClickException):
    """What was given is wrong: a sentence, and the problems one by one where there are several."""

    exit_code = 2

    def __init__(
        self, message: str, *, heads: Sequence[str] = (), rows: Sequence[Sequence[str]] = ()
    ) -> None:
        super().__init__(message)
        self._heads = heads
        self._rows = rows

    def show(self, file: object = None) -> None:  # noqa: ARG002 - click's signature
        """Print the problems, then the sentence, to standard error."""
        if self._rows:
            click.echo(table(self._heads, self._rows), err=True)
        click.echo(self.message, err=True)


@contextmanager
def opened(settings: Settings | None = None) -> Iterator[Database]:
    """The database of this deployment, brought up to date; a problem inside becomes a refusal in Chinese."""
    settings = settings or Settings()
    prepare(settings)
    database = Database(settings.url)
    try:
        with refusals():
            yield database
    finally:
        database.close()


@contextmanager
def refusals() -> Iterator[None]:
    """Turn a problem into its sentence and exit code 2."""
    try:
        yield
    except Problem as problem:
        raise Refused(say(problem.code, **problem.details)) from problem
