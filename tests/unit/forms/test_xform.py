from __future__ import annotations

import pytest

from forms.compiler import compile_form
from forms.findings import FormRefused

XFORM = """<?xml version="1.0"?>
<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml" xmlns:jr="http://openrosa.org/javarosa">
  <h:head>
    <h:title>水井</h:title>
    <model>
      <itext><translation lang="zh" default="true()"><text id="a"><value>甲</value><value form="image">jr://images/well.png</value></text></translation></itext>
      <instance><data id="wells" version="3"><name/><photo/></data></instance>
      <instance id="wells" src="jr://file-csv/wells.csv"/>
      <instance id="__last-saved" src="jr://instance/last-saved"/>
      <bind nodeset="/data/name" type="string" calculate="pulldata('owners', 'name', 'id', 1)"/>
    </model>
  </h:head>
  <h:body><input ref="/data/name"><label ref="jr:itext('a')"/></input></h:body>
</h:html>"""


def refusals(xml: str | bytes) -> list[str]:
    with pytest.raises(FormRefused) as refused:
        compile_form(xml.encode() if isinstance(xml, str) else xml)
    assert all(finding.level == "error" for finding in refused.value.findings)
    return [finding.message for finding in refused.value.findings]


def test_an_xform_is_served_as_it_came():
    form = compile_form(XFORM.encode())
    assert (form.form_id, form.version, form.title, form.source_kind) == ("wells", "3", "水井", "xml")
    assert form.xml == XFORM.encode()
    assert compile_form(XFORM.encode("utf-8-sig")).xml == form.xml


def test_its_media_are_all_it_names_but_what_was_saved_last():
    assert compile_form(XFORM.encode()).media == ("well.png", "wells.csv", "owners.csv")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("<h:title>水井</h:title>", "<h:title/>", "没有写标题（h:title）：手机不收没有标题的表单"),
        (' id="wells" version', " version", "填报内容（instance）没有写表单编号 id"),
        (
            "<h:body>",
            '<h:body><input ref="/data/nowhere"><label/></input>',
            "「/data/nowhere」在填报内容（instance）里找不到",
        ),
        (
            '<bind nodeset="/data/name"',
            '<bind nodeset="/data/gone"',
            "「/data/gone」在填报内容（instance）里找不到",
        ),
        ("<itext>", '<itext><translation lang="en" default="true()"/>', "有两种语言都写成默认，只能留一种"),
        ("<itext>", '<itext><translation lang="zh"/>', "语言「zh」写了两次"),
        (
            '<instance id="wells"',
            "<instance><other/></instance><instance id='wells'",
            "有两份填报内容（instance）：第一份以外的都要写 id",
        ),
        ('id="__last-saved"', 'id="wells"', "选项表（instance）「wells」写了两次"),
        ("</model>", "</model><model/>", "XForm 里要有且只有一个 model"),
        ('<?xml version="1.0"?>', '<?xml version="1.0" encoding="GBK"?>', "XML 要用 UTF-8 编码保存"),
        ("h:html", "h:page", "这不是 XForm：最外层应是 h:html"),
        ("</h:html>", "", "表单的 XML 读不出来：可能有看不见的控制字符，请删去后再上传"),
        (
            "<h:html",
            "<!DOCTYPE a [<!ENTITY b 'c'>]><h:html",
            "XML 里有 DOCTYPE（实体声明），不收：请用制表工具重新导出",
        ),
    ],
)
def test_what_no_phone_could_open_is_refused(old, new, message):
    assert old in XFORM
    changed = XFORM.replace(old, new)
    assert refusals(changed.encode("gbk") if "GBK" in changed else changed) == [message]


def test_a_form_without_a_blank_record_is_refused():
    assert refusals(
        '<h:html xmlns:h="http://www.w3.org/1999/xhtml" xmlns="http://www.w3.org/2002/xforms">'
        "<h:head><h:title>空</h:title><model/></h:head><h:body/></h:html>"
    ) == ["这不是 XForm：找不到填报内容（instance）"]
