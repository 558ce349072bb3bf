"""A filled form reads as the phone showed it: labels and choices in Chinese, nothing the worker never saw."""

from __future__ import annotations

import pytest

from forms import catalogue
from forms.compiler import compile_form
from forms.wording import filled, wording

PLAIN = b"""<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"><h:head><model>
<instance><data id="x"><a/></data></instance>
<instance id="c"><root><item><name>1</name><label>One</label></item></root></instance></model></h:head>
<h:body><select1 ref="/data/a"><label>Which</label><itemset nodeset="instance('c')/root/item"><value ref="name"/>
<label ref="label"/></itemset></select1><input ref="/data/b"><label>Say <output value="/data/a"/>more</label></input>
</h:body></h:html>"""


@pytest.fixture(scope="module")
def patrol() -> bytes:
    return compile_form(catalogue.source("patrol")).xml


def test_every_question_a_worker_sees_has_its_words_and_choices(patrol: bytes) -> None:
    words = wording(patrol)
    assert words.labels["/data/result"] == "今天巡得怎么样"
    assert words.choices["/data/result"] == {"clear": "今日无异常", "found": "有发现"}
    assert words.choices["/data/grid_pick"] == {}
    assert "/data/grid" not in words.labels


def test_a_filled_form_reads_in_its_order_with_its_groups_and_rounds(patrol: bytes) -> None:
    answers = {
        "start": "2026-10-20T09:00:00+08:00",
        "grid": "509901101001001",
        "result": "found",
        "finding": [{"what": {"kind": "road", "words": "坑"}, "more": {}}, {"what": {"kind": "fire"}}],
        "wrap_up": {"extent": None, "companion": "police property"},
    }
    said = [(line.depth, line.label, line.answer) for line in filled(answers, wording(patrol))]
    assert said == [
        (0, "今天巡得怎么样", "有发现"),
        (0, "发现 1", None),
        (1, "是什么", None),
        (2, "发现了什么", "道路交通"),
        (2, "说两句（可用输入法说话）", "坑"),
        (0, "发现 2", None),
        (1, "是什么", None),
        (2, "发现了什么", "消防用电"),
        (0, "收尾（都可不填）", None),
        (1, "谁和你一起", "民警、辅警、物业"),
    ]


def test_a_form_without_translations_is_read_too() -> None:
    words = wording(PLAIN)
    assert words.labels == {"/data/a": "Which", "/data/b": "Say more"}
    assert [line.answer for line in filled({"a": "1", "b": "x"}, words)] == ["One", "x"]
