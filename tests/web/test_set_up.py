"""A server without a county says which commands make one, and they are those of the command line."""

from __future__ import annotations

import re
import shlex

import click
import pytest
from flask.testing import FlaskClient

from server.cli import main
from tests.factories import County


@pytest.fixture
def commands(client: FlaskClient) -> list[list[str]]:
    page = client.get("/").get_data(as_text=True)
    return [shlex.split(words) for words in re.findall(r"<pre><code>wangge (.*?)</code></pre>", page)]


def command_of(words: list[str]) -> tuple[click.Command, list[str]]:
    """The command that words begin with, and what is left of them."""
    command: click.Command = main
    while isinstance(command, click.Group):
        command, words = command.commands[words[0]], words[1:]
    return command, words


def test_an_empty_database_shows_how_to_begin(commands: list[list[str]]) -> None:
    assert [words[:2] for words in commands] == [
        ["county", "create"],
        ["grid", "import"],
        ["register", "import"],
    ]


def test_every_command_shown_is_one_of_the_command_line(commands: list[list[str]]) -> None:
    for words in commands:
        command, rest = command_of(words)
        options = [each for each in command.params if isinstance(each, click.Option)]
        given = {word for word in rest if word.startswith("--")}
        assert given <= {name for option in options for name in option.opts}
        assert {option.opts[0] for option in options if option.required and not option.prompt} <= given


def test_once_there_is_a_county_the_first_page_asks_to_sign_in(county: County, client: FlaskClient) -> None:
    answer = client.get("/", headers={"Accept": "text/html"})
    assert answer.location is not None
    assert answer.location.startswith("/sign-in")
