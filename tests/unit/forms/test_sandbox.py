"""What strangers upload is read by a process of its own; the one that asked lives on."""

from __future__ import annotations

import pytest

from forms import sandbox
from forms.compiler import compile_form
from forms.findings import FormRefused
from forms.source import SOURCE_LIMIT

MARKDOWN = "| survey |\n| | type | name | label |\n| | {} |\n| settings |\n| | form_id | version |\n| | trial | 1 |\n"


@pytest.fixture(autouse=True)
def patience(monkeypatch):
    """A loaded machine may be slow to start a process; what a child computes is limited all the same."""
    monkeypatch.setattr(sandbox, "_WALL_SECONDS", 120)


def test_an_examined_form_is_the_compiled_form_with_every_remark(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    source = MARKDOWN.format("image | photo | 照片").encode()
    examined = sandbox.examine(source)
    assert examined.compiled == compile_form(source)
    assert examined.publishable
    assert [finding.message for finding in examined.findings] == [
        "照片题建议写 max-pixels=1600，传得快、省空间",
        "没有装 Java，未用 ODK Validate 检查",
    ]


def test_what_the_child_refuses_is_refused_here():
    source = MARKDOWN.format("tekst | a | 甲").encode()
    with pytest.raises(FormRefused) as apart:
        sandbox.examine(source)
    with pytest.raises(FormRefused) as here:
        compile_form(source)
    assert apart.value.findings == here.value.findings


def test_a_file_beyond_the_limit_is_not_even_read():
    with pytest.raises(FormRefused, match="文件超过 8 MB"):
        sandbox.examine(bytes(SOURCE_LIMIT + 1))


def test_a_mistake_of_the_child_is_ours_and_not_the_clerk_s(tmp_path, monkeypatch):
    package = tmp_path / "forms"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "sandbox.py").write_text("raise ValueError('a mistake of ours')\n")
    monkeypatch.setattr(sandbox, "_HERE", tmp_path)
    with pytest.raises(RuntimeError, match="a mistake of ours"):
        sandbox.examine(b"| survey |")


def test_a_form_with_an_error_of_ours_is_not_given_to_the_validator():
    examined = sandbox.examine(MARKDOWN.format("text | 姓名 | 姓名").encode())
    assert not examined.publishable
    assert [(finding.level, finding.place) for finding in examined.findings] == [("error", "survey 第 2 行")]


def test_what_the_form_stands_for_and_its_files_are_looked_at():
    source = MARKDOWN.format("select_one_from_file wells.csv | well | 水井").encode()
    examined = sandbox.examine(source, stands_for="patrol", files={})
    messages = [finding.message for finding in examined.findings if finding.level == "error"]
    assert "缺少题目「grid」：没有它，交上来的记录不作数" in messages
    assert "缺少文件「wells.csv」：选择题会没有选项，请在附件里上传" in messages


@pytest.mark.parametrize(
    "code", ["bytes(10**9)", "signal.raise_signal(signal.SIGXCPU)", "signal.raise_signal(signal.SIGSEGV)"]
)
def test_a_child_beyond_its_limits_ends_alone(code, tmp_path, monkeypatch):
    """The limits stand before anything is read: a compiler that would need more cannot have it."""
    package = tmp_path / "forms"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "sandbox.py").write_text(
        "import resource, signal\n"
        f"resource.setrlimit(resource.RLIMIT_AS, ({sandbox._MEMORY}, {sandbox._MEMORY}))\n"
        "resource.setrlimit(resource.RLIMIT_CORE, (0, 0))\n"
        f"try:\n    {code}\nexcept MemoryError:\n    raise SystemExit({sandbox._OUT_OF_MEMORY})\n"
    )
    monkeypatch.setattr(sandbox, "_HERE", tmp_path)
    with pytest.raises(FormRefused, match="文件太大或太复杂"):
        sandbox.examine(b"| survey |")
