"""Every refusal has a sentence, every sentence a refusal, and no sentence asks for a detail nobody gives."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from server.domain import problems
from server.web.i18n import sentences
from tests.rules.source import PACKAGES, files, name, texts, tree

KINDS = {kind.__name__ for kind in problems.Problem.__subclasses__()}
CODE = re.compile(r"[a-z_]+\.[a-z_]+")
SPEAKING = KINDS | {"say"}


def spoken() -> Iterator[tuple[str, str, set[str] | None]]:
    """Where, the code, and the details given with it (None where they cannot be read off)."""
    for path in files(".py", under=("server",)):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args:
                code = node.args[0]
                is_refusal = node.func.id in SPEAKING
                if is_refusal and isinstance(code, ast.Constant) and CODE.fullmatch(str(code.value)):
                    given = {keyword.arg for keyword in node.keywords}
                    named = None if None in given else {each for each in given if each is not None}
                    yield f"{name(path)}:{node.lineno}", str(code.value), named


def test_every_refusal_has_a_sentence() -> None:
    assert {where: code for where, code, _ in spoken() if code not in sentences()} == {}


def test_every_sentence_is_said_somewhere() -> None:
    written = {text for path in files(".py", under=PACKAGES) for _, text in texts(path)}
    assert set(sentences()) - written == set()


def test_a_sentence_asks_only_for_details_that_are_given() -> None:
    wanting = {
        f"{where} {code}": missing
        for where, code, given in spoken()
        if given is not None
        and (missing := set(re.findall(r"\{(\w+)\}", sentences().get(code, ""))) - given - {"code"})
    }
    assert wanting == {}
