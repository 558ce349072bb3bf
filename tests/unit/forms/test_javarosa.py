from __future__ import annotations

import os
import shutil
import stat
import subprocess
from importlib import resources
from pathlib import Path
from xml.sax.saxutils import quoteattr

import pytest

from forms import catalogue, javarosa, sandbox
from forms.compiler import compile_form
from forms.findings import Finding
from forms.formulas import unreadable
from forms.javarosa import Verdict, remarks, validate
from forms.markup import parse

SECONDS = 120
SETTINGS = "| settings |\n| | form_title | form_id | version |\n| | 试 | trial | 1 |\n"


@pytest.mark.java
@pytest.mark.skipif(shutil.which("java") is None, reason="no Java on this machine")
@pytest.mark.parametrize("form_id", catalogue.shipped())
def test_the_engine_of_collect_opens_the_shipped_forms(compiled, form_id):
    assert validate(compiled[form_id].xml, timeout=SECONDS) == Verdict(opens=True, said=())


@pytest.mark.java
@pytest.mark.skipif(shutil.which("java") is None, reason="no Java on this machine")
def test_the_engine_of_collect_refuses_a_chinese_name():
    source = f"| survey |\n| | type | name | label |\n| | text | 姓名 | 姓名 |\n{SETTINGS}"
    assert any("/data/姓名" in line for line in validate(compile_form(source).xml, timeout=SECONDS).said)


@pytest.fixture
def java(tmp_path, monkeypatch):
    """Stands in for the Java program with a few lines of shell."""

    def install(script: str) -> None:
        program = tmp_path / "java"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(program.stat().st_mode | stat.S_IXUSR)

    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    return install


def test_what_the_validator_says_is_told_without_its_stack(java):
    java("printf 'Picked up X\\nno such path\\n\\tat org.javarosa.A\\n' >&2; exit 1")
    assert validate(b"<a/>", timeout=SECONDS) == Verdict(opens=False, said=("no such path",))


def test_a_validator_that_dies_silently_has_not_agreed(java):
    java("exit 9")
    assert remarks(b"<a/>") == (Finding("error", "", "ODK Validate 打不开这张表，原话是：（没有说原因）"),)


def test_what_the_validator_says_of_a_form_it_opens_is_a_warning(java):
    java("echo 'Label missing for /data/words' >&2")
    assert remarks(b"<a/>") == (
        Finding("warning", "/data/words", "ODK Validate 的提醒：Label missing for /data/words"),
    )


def test_a_machine_without_java_says_so(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(FileNotFoundError):
        validate(b"<a/>", timeout=SECONDS)
    assert remarks(b"<a/>") == (Finding("warning", "", "没有装 Java，未用 ODK Validate 检查"),)


def test_what_the_validator_says_stands_at_the_node_it_names(java):
    java("echo 'Cannot evaluate /data/house/people: no such function' >&2; exit 1")
    (found,) = remarks(b"<a/>")
    assert (found.level, found.place) == ("error", "/data/house/people")
    assert (
        found.message
        == "ODK Validate 打不开这张表，原话是：Cannot evaluate /data/house/people: no such function"
    )


def refusal(*words: str) -> str:
    """A shell script that says what ODK Validate 1.20 says of a form it refuses: `$6` is the path it was given."""
    lines = ("", ">> XForm is invalid.", *words, "\tat org.javarosa.A.b(A.java:1)", "\t... 10 more")
    told = "\n".join((*lines, "", "The following files failed validation:"))
    return f"cat >&2 <<'END'\n{told}\nEND\necho \"$6\" >&2; echo 'Result: Invalid' >&2; exit 1"


PARSER = "org.javarosa.xform.parse.XFormParseException: "
BROKEN = "java.lang.RuntimeException: Error evaluating field 'a' (/data/r[1]/a[1]): "
LOCATED = "The problem was located in Calculate expression for /data/r/a"
UNREADABLE = "算式读不懂：=、>、and 这样的符号两边都要有东西，参数之间用逗号隔开，标点用半角"
RECORDED = [
    (
        (
            f"{PARSER}bind for /data/a contains invalid constraint expression [. >] "
            "Bad node: org.javarosa.xpath.parser.ast.ASTNodeAbstractExpr@527740a2",
        ),
        Finding("error", "/data/a", UNREADABLE, column="constraint"),
    ),
    (
        (
            f"{PARSER}Encountered a problem with display condition for node [/data/r/a] at line: if(1,2, "
            "Mismatched brackets or parentheses",
        ),
        Finding("error", "/data/r/a", UNREADABLE, column="relevant"),
    ),
    (
        (
            f'{PARSER}Invalid calculate for the bind attached to "/data/a" : Bad node: x.Y@1f in expression 1 +',
        ),
        Finding("error", "/data/a", UNREADABLE, column="calculation"),
    ),
    (
        (
            f"{BROKEN}{LOCATED}",
            "XPath evaluation: cannot handle function 'wat'",
            f"Caused by: org.javarosa.xpath.XPathUnhandledException: {LOCATED}",
            "XPath evaluation: cannot handle function 'wat'",
        ),
        Finding("error", "/data/r/a", "手机没有函数「wat」，请核对写法", column="calculation"),
    ),
    (
        (
            f"{BROKEN}{LOCATED}",
            "XPath evaluation: cannot handle function 'if'. Requires 3 arguments but 2 provided.",
        ),
        Finding("error", "/data/r/a", "函数「if」要写 3 个参数，这里写了 2 个", column="calculation"),
    ),
    (
        (
            f"{PARSER}Cycle detected in form's relevant and calculation logic!",
            "The following nodes:",
            "/data/b",
            "/data/a",
        ),
        Finding("error", "/data/b", "算式或显示条件绕成了圈（a、b）：算这一题要先知道它自己，请改掉其中一处"),
    ),
    (
        (f"{PARSER}Something quite new about /data/a.", "and more"),
        Finding(
            "error",
            "/data/a",
            "ODK Validate 打不开这张表，原话是：Something quite new about /data/a.；and more",
        ),
    ),
]


@pytest.mark.parametrize(("words", "told"), RECORDED, ids=lambda value: getattr(value, "message", ""))
def test_one_mistake_is_told_once_and_without_the_program_s_own_words(java, words, told):
    java(refusal(*words))
    assert remarks(b"<a/>") == (told,)


def test_no_folder_of_the_server_is_told(java):
    java('echo "missing file: $(dirname "$6")/wells.csv" >&2; exit 1')
    assert remarks(b"<a/>") == (
        Finding("error", "", "ODK Validate 打不开这张表，原话是：missing file: wells.csv"),
    )


def form(constraint: str) -> bytes:
    """An XForm of one question, whatever its constraint: most of what is tried here pyxform refuses too."""
    return (
        '<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"><h:head><h:title>t'
        '</h:title><model><instance><data id="t" version="1"><a/><b/><meta><instanceID/></meta></data></instance>'
        f'<bind nodeset="/data/a" type="string" constraint={quoteattr(constraint)}/></model></h:head>'
        '<h:body><input ref="/data/a"><label>a</label></input></h:body></h:html>'
    ).encode()


READABLE = (
    *(
        ". > 1",
        ". >= .5",
        ". = 5.",
        "--1",
        "1 div 2",
        "5mod 2",
        "and",
        "div div div",
        "../b - ../c",
        "a--b",
        "1and 1",
    ),
    *(
        "instance('w')/root/item[name= /data/b ]/label",
        "current()/../b",
        "position(..)",
        "b[. = 1]",
        "@*",
    ),
    *(
        "jr:choice-name('a', \"b\")",
        "regex(., '^[0-9]{7,12}$')",
        "if( 1 , 2 , 3 )",
        "f (1)",
        "not(b)or(c)",
        "b and-1",
    ),
    *("x:y", "child::b", "text()", "(b)[1]", "f()/c", ". ", "\n1", "b >1 and c<2", "1<2<3", "$x"),
)
UNREADABLES = (
    *(
        ". >",
        "if(1,2",
        "1 +",
        "(1))",
        ". == 1",
        "b <> 1",
        "b && c",
        "'x",
        '"x',
        "f(1,)",
        "1 2",
        "b[",
        "b]",
        "()",
    ),
    *("not b", "+1", "1,2", "b/", "${b}", "b;", "1_000", "!b"),
)


def test_what_is_no_formula_is_told_without_asking_the_engine():
    refused = [each for each in (*READABLE, *UNREADABLES) if list(unreadable(parse(form(each))))]
    assert refused == list(UNREADABLES)


@pytest.mark.java
@pytest.mark.skipif(shutil.which("java") is None, reason="no Java on this machine")
def test_the_engine_reads_the_same_formulas(tmp_path):
    tried = {str(tmp_path / f"{number}.xml"): each for number, each in enumerate((*READABLE, *UNREADABLES))}
    for path, each in tried.items():
        Path(path).write_bytes(form(each))
    validator = resources.files("pyxform.validators.odk_validate") / "bin" / "ODK_Validate.jar"
    command = ["java", "-Xmx256m", "-Dfile.encoding=UTF-8", "-jar", str(validator), *tried]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    refused = {tried[line] for line in done.stderr.splitlines() if line in tried}
    assert refused == set(UNREADABLES)


@pytest.mark.java
@pytest.mark.skipif(shutil.which("java") is None, reason="no Java on this machine")
def test_what_only_the_engine_finds_stands_beside_its_row():
    head = "| survey |\n| | type | name | label | relevant | calculation |\n"
    rows = "| | text | a | 甲 |\n| | calculate | b | | | wat(1) |\n"
    (found,) = sandbox.examine(f"{head}{rows}{SETTINGS}".encode()).findings
    assert found == Finding(
        "error", "survey 第 3 行", "手机没有函数「wat」，请核对写法", "survey", 3, "calculation"
    )


def test_a_validator_that_does_not_end_is_left(java, monkeypatch):
    monkeypatch.setattr(javarosa, "_SECONDS", 0.01)
    java("exec tail -f /dev/null")
    (found,) = remarks(b"<a/>")
    assert (found.level, found.message) == ("warning", "ODK Validate 0.01 秒没有查完，这张表可能太大")
