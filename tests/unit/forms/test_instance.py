from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from forms.compiler import compile_form
from forms.instance import Answers, InstanceRefused, attachments, cut, entities, parse, values
from forms.schema import Node, Shape, shape

ID = "uuid:9f3c5f1e-6f0e-4f7e-8d7b-1a2b3c4d5e6f"
META = f"<meta><instanceID>{ID}</instanceID></meta>"

HOUSEHOLD = "5f0c2c1e-3b0a-4b7e-9a64-9d3a0c7f1b22"
VISIT = f"""<data xmlns:orx="http://openrosa.org/xforms" id="household_visit" version="2026112101">
<today>2026-11-21</today>
<door><show>due</show><household>{HOUSEHOLD}</household><outcome>met</outcome></door>
<visited_on>2026-11-21</visited_on><due_after />
<people><seen>p1 p2</seen><raised>yes</raised></people>
<demand><ask><kind>road</kind><photo>1.jpg</photo><words>路面坑洼</words></ask></demand>
<demand><ask><kind>fire</kind><photo>2.jpg</photo><voice>2.m4a</voice></ask></demand>
<orx:meta>
<entity dataset="households" create="0" update="1" baseVersion="3" trunkVersion="" branchId="" id="uuid:{HOUSEHOLD.upper()}"><label/></entity>
<orx:instanceID>{ID}</orx:instanceID><orx:instanceName>2026-11-21 met</orx:instanceName>
</orx:meta></data>""".encode()


def submission(body: str, form_id: str = "patrol") -> bytes:
    return f'<data id="{form_id}" version="2026112101">{body}{META}</data>'.encode()


def code(xml: bytes) -> str:
    with pytest.raises(InstanceRefused) as refused:
        parse(xml)
    assert str(refused.value) == refused.value.code
    return refused.value.code


# --- who it is


def test_a_submission_says_which_form_version_it_answers():
    visit = parse(VISIT)
    assert (visit.form_id, visit.version, visit.instance_id) == ("household_visit", "2026112101", ID)
    assert (visit.deprecated_id, visit.name, visit.encrypted) == (None, "2026-11-21 met", False)


def test_an_edit_names_the_submission_it_replaces():
    edit = parse(
        f'<data id="f"><meta><deprecatedID>uuid:old</deprecatedID><instanceID>{ID}</instanceID></meta></data>'.encode()
    )
    assert (edit.deprecated_id, edit.version) == ("uuid:old", "")


def test_old_clients_write_the_id_on_the_root():
    assert parse(f'<data id="f" instanceID="{ID}"/>'.encode()).instance_id == ID


@pytest.mark.parametrize(
    "xml", [b'<data id="f"/>', b'<data id="f"><meta><instanceID> </instanceID></meta></data>']
)
def test_a_submission_without_an_id_is_refused_because_a_retry_would_double_it(xml):
    assert code(xml) == "xml.no_instance_id"


def test_a_submission_that_names_no_form_is_refused():
    assert code(f"<data>{META}</data>".encode()) == "xml.no_form_id"


# --- hostile XML


@pytest.mark.parametrize(
    "xml",
    [
        b"",
        b"\0",
        b"plain words",
        b'<data id="f">',
        b'<data id="f">&undeclared;</data>',
        b'<data id="f">\x00</data>',
        b'<data id="f">\x0b</data>',
        b'<data id="f">&#0;</data>',
        b'<data id="f">&#11;</data>',
        b'<data id="f">\xff\xfe</data>',
        b'<?xml version="1.0" encoding="no-such"?><data id="f"/>',
        b'<data id="f"/><data id="g"/>',
        b'<data id="f">' + b"<a>" * 5000 + b"</a>" * 5000 + b"</data>",
    ],
)
def test_malformed_xml_is_refused(xml):
    assert code(xml) == "xml.malformed"


@pytest.mark.parametrize(
    "doctype",
    [
        "<!DOCTYPE data>",
        '<!DOCTYPE data SYSTEM "file:///etc/passwd">',
        '<!DOCTYPE data [<!ENTITY file SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE data [<!ENTITY a "xxxxxxxxxx"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>',
    ],
)
def test_a_doctype_is_refused_whatever_it_says(doctype):
    assert code(f'{doctype}<data id="f">{META}</data>'.encode()) == "xml.doctype"
    assert code(f'{doctype}<data id="f">{META}</data>'.encode("utf-16")) == "xml.doctype"


def test_the_file_a_doctype_names_is_never_opened(tmp_path):
    beside = tmp_path / "beside.dtd"
    beside.write_text("whoever reads this finds it malformed")
    assert (
        code(f'<!DOCTYPE data SYSTEM "{beside.as_uri()}"><data id="f">{META}</data>'.encode())
        == "xml.doctype"
    )


def test_an_avalanche_of_entities_is_refused():
    names = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    bomb = f'<!DOCTYPE data [<!ENTITY e0 "x">{names}]><data id="f" note="&e11;">&e11;{META}</data>'
    assert code(bomb.encode()) in {"xml.malformed", "xml.doctype"}


@given(
    xml=st.binary(max_size=200)
    | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass"))
)
def test_no_bytes_whatever_raise_anything_else(xml):
    with pytest.raises(InstanceRefused):
        parse(xml)


@given(at=st.integers(0, len(VISIT) - 1), byte=st.integers(0, 255))
def test_a_damaged_submission_is_read_or_refused(shapes, at, byte):
    damaged = VISIT[:at] + bytes([byte]) + VISIT[at + 1 :]
    try:
        visit = parse(damaged)
    except InstanceRefused:
        return
    values(visit, shapes["household_visit"])
    attachments(visit, shapes["household_visit"])
    entities(visit, shapes["household_visit"])


# --- what was answered


def test_answers_are_nested_as_the_form_nests_its_questions(shapes):
    assert values(parse(VISIT), shapes["household_visit"]) == {
        "today": "2026-11-21",
        "door": {"show": "due", "household": HOUSEHOLD, "outcome": "met"},
        "visited_on": "2026-11-21",
        "due_after": None,
        "people": {"seen": "p1 p2", "raised": "yes"},
        "demand": [
            {"ask": {"kind": "road", "photo": "1.jpg", "words": "路面坑洼"}},
            {"ask": {"kind": "fire", "photo": "2.jpg", "voice": "2.m4a"}},
        ],
        "wrap_up": {},
    }


def test_what_the_phone_left_out_is_still_a_group_or_a_list(shapes):
    assert values(parse(submission("")), shapes["patrol"]) == {"finding": [], "wrap_up": {}}
    finding = values(parse(submission("<finding/>")), shapes["patrol"])["finding"]
    assert finding == [{"what": {}, "more": {}}]


def test_what_the_form_does_not_ask_is_left_out(shapes):
    body = (
        "<unknown>x</unknown><result>clear<b>!</b></result><wrap_up><secret/></wrap_up><!-- remark --><?pi?>"
    )
    assert values(parse(submission(body)), shapes["patrol"]) == {
        "result": "clear",
        "finding": [],
        "wrap_up": {},
    }


def test_of_a_question_that_may_not_repeat_the_first_counts(shapes):
    body = "<result>clear</result><result>found</result><wrap_up/><wrap_up><extent>part</extent></wrap_up>"
    assert values(parse(submission(body)), shapes["patrol"]) == {
        "result": "clear",
        "finding": [],
        "wrap_up": {},
    }


def test_a_comment_does_not_cut_an_answer_in_two(shapes):
    answers = values(parse(submission("<result>cl<!-- x -->ear</result><grid> \n </grid>")), shapes["patrol"])
    assert (answers["result"], answers["grid"]) == ("clear", None)


WORDS = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), min_size=1, max_size=20
).filter(lambda text: not text.isspace())


def answers_to(node: Node) -> st.SearchStrategy[Answers]:
    """Any answers to a form; groups and repeats are always there, as `values` promises."""
    always, sometimes = {}, {}
    for part in node.within.values():
        if part.name == "meta":
            continue
        if part.kind == "question":
            sometimes[part.name] = st.none() | WORDS
        else:
            always[part.name] = (
                answers_to(part) if part.kind == "group" else st.lists(answers_to(part), max_size=2)
            )
    return st.fixed_dictionaries(always, optional=sometimes)


def written(tag: str, answers: Answers, namespace: str = "") -> etree._Element:
    """The XML a phone would write for these answers."""
    element = etree.Element(f"{namespace}{tag}")
    for name, answer in answers.items():
        for each in answer if isinstance(answer, list) else [answer]:
            if isinstance(each, dict):
                element.append(written(name, each, namespace))
            else:
                etree.SubElement(element, f"{namespace}{name}").text = each
    return element


@settings(max_examples=40)
@given(data=st.data())
@pytest.mark.parametrize("form_id", ["patrol", "household_visit", "demand_intake", "case_followup"])
@pytest.mark.parametrize("namespace", ["", "{http://example.invalid/form}"])
def test_any_answers_read_back_as_they_were_given(shapes, form_id, namespace, data):
    answers = data.draw(answers_to(shapes[form_id].root))
    root = written("data", answers, namespace)
    root.set("id", form_id)
    root.set("instanceID", ID)
    assert values(parse(etree.tostring(root, encoding="UTF-8")), shapes[form_id]) == answers


# --- which files belong to it


def test_the_files_of_a_submission_are_those_its_questions_name(shapes):
    assert attachments(parse(VISIT), shapes["household_visit"]) == ("1.jpg", "2.jpg", "2.m4a")


def test_a_file_named_by_a_question_that_takes_none_is_not_expected(shapes):
    body = "<result>1.jpg</result><wrap_up><photo>2.jpg</photo></wrap_up><finding><what><photo/></what></finding>"
    assert attachments(parse(submission(body)), shapes["patrol"]) == ()


@pytest.mark.parametrize("name", ["../../etc/passwd", "a/b.jpg", "..", ".", "a\\b.jpg", " "])
def test_a_file_name_with_a_path_in_it_is_not_expected(shapes, name):
    body = f"<finding><what><photo>{name}</photo></what></finding>"
    assert attachments(parse(submission(body)), shapes["patrol"]) == ()


def test_an_audit_log_is_an_expected_file():
    audited = shape(
        compile_form(
            "| survey |\n| | type | name | label |\n| | audit | audit | |\n| | text | a | 甲 |\n"
            "| settings |\n| | form_id | version |\n| | trial | 1 |\n"
        ).xml
    )
    xml = f'<data id="trial"><a/><meta><audit>audit.csv</audit><instanceID>{ID}</instanceID></meta></data>'
    assert attachments(parse(xml.encode()), audited) == ("audit.csv",)


def test_an_encrypted_envelope_is_known_and_names_its_files(shapes):
    envelope = parse(
        f"""<data xmlns="http://www.opendatakit.org/xforms/encrypted" id="patrol" version="1" encrypted="yes">
        <base64EncryptedKey>QQ==</base64EncryptedKey>
        <orx:meta xmlns:orx="http://openrosa.org/xforms"><orx:instanceID>{ID}</orx:instanceID></orx:meta>
        <media><file>1.jpg.enc</file></media><encryptedXmlFile>submission.xml.enc</encryptedXmlFile></data>""".encode()
    )
    assert envelope.encrypted
    assert envelope.instance_id == ID
    assert attachments(envelope, shapes["patrol"]) == ("1.jpg.enc", "submission.xml.enc")
    assert values(envelope, shapes["patrol"]) == {"finding": [], "wrap_up": {}}


# --- which entities it touches


def test_a_visit_updates_its_household_with_the_answers_the_phone_sent(shapes):
    (block,) = entities(parse(VISIT), shapes["household_visit"])
    assert (block.dataset, block.entity_id) == ("households", HOUSEHOLD)
    assert (block.create, block.update, block.label) == (False, True, None)
    assert (block.base_version, block.trunk_version, block.branch_id) == (3, None, None)
    assert block.properties == {"last_outcome": "met", "last_attempt": "2026-11-21", "due_state": ""}


@pytest.mark.parametrize(
    ("said", "meant"), [("1", True), ("true", True), ("0", False), ("false", False), ("yes", False)]
)
def test_both_engines_say_whether_to_create(shapes, said, meant):
    xml = VISIT.replace(b'create="0"', f'create="{said}"'.encode())
    assert entities(parse(xml), shapes["household_visit"])[0].create is meant


@pytest.mark.parametrize("version", ["", "x", "-1", "1.5", "²", "9" * 400])
def test_a_broken_version_is_none(shapes, version):
    xml = VISIT.replace(b'baseVersion="3"', f'baseVersion="{version}"'.encode())
    assert entities(parse(xml), shapes["household_visit"])[0].base_version is None


@pytest.mark.parametrize(
    "meta",
    [
        f'<meta><entity id="{HOUSEHOLD}" update="1"/><instanceID>{ID}</instanceID></meta>',
        f"<meta><instanceID>{ID}</instanceID></meta>",
    ],
)
def test_a_block_that_names_no_list_is_left_out(shapes, meta):
    visit = parse(f'<data id="household_visit"><visited_on>2026-11-21</visited_on>{meta}</data>'.encode())
    assert entities(visit, shapes["household_visit"]) == ()


def test_a_submission_without_meta_touches_no_entity(shapes):
    visit = parse(f'<data id="household_visit" instanceID="{ID}"><due_after>done</due_after></data>'.encode())
    assert entities(visit, shapes["household_visit"]) == ()


def test_a_form_without_entities_has_none(shapes):
    body = '<finding><meta><entity dataset="households" id="x" create="1"/></meta></finding>'
    assert entities(parse(submission(body)), shapes["patrol"]) == ()


@pytest.fixture(scope="module")
def orchard() -> Shape:
    source = (
        "| survey |\n| | type | name | label | save_to |\n"
        "| | text | owner | 户主 | farms#owner |\n"
        "| | begin_repeat | tree | 树 | |\n"
        "| | begin_group | look | 看 | |\n"
        "| | text | species | 品种 | trees#species |\n"
        "| | end_group | | | |\n"
        "| | end_repeat | | | |\n"
        "| entities |\n| | list_name | label |\n| | farms | ${owner} |\n| | trees | ${species} |\n"
        "| settings |\n| | form_id | version |\n| | orchard | 1 |\n"
    )
    return shape(compile_form(source).xml)


def test_each_round_of_a_repeat_has_its_own_entity(orchard):
    tree = (
        "<tree><look><species>{0}</species>"
        '<meta><entity dataset="trees" create="1" id="{0}"><label>{0}</label></entity></meta></look></tree>'
    )
    xml = (
        f'<data id="orchard" version="1"><owner>王家</owner>{tree.format("pear")}{tree.format("plum")}'
        f'<meta><entity dataset="farms" create="1" id="farm"><label>王家</label></entity>'
        f"<instanceID>{ID}</instanceID></meta></data>"
    )
    found = entities(parse(xml.encode()), orchard)
    assert [(block.dataset, block.entity_id, block.label, block.properties) for block in found] == [
        ("farms", "farm", "王家", {"owner": "王家"}),
        ("trees", "pear", "pear", {"species": "pear"}),
        ("trees", "plum", "plum", {"species": "plum"}),
    ]


# --- forgetting a part of it


def test_a_track_is_cut_out_and_nothing_else(shapes):
    body = (
        "<result>clear</result><wrap_up><extent>whole</extent><track>31 121 0 0; 31 122 0 0</track></wrap_up>"
    )
    left = parse(cut(submission(body), "/data/wrap_up/track"))
    assert left.instance_id == ID
    assert values(left, shapes["patrol"]) == {
        "result": "clear",
        "finding": [],
        "wrap_up": {"extent": "whole", "track": None},
    }


def test_a_cut_reaches_every_round_of_a_repeat_and_keeps_chinese(shapes):
    left = values(parse(cut(VISIT, "/data/demand/ask/photo")), shapes["household_visit"])
    assert left["demand"] == [
        {"ask": {"kind": "road", "photo": None, "words": "路面坑洼"}},
        {"ask": {"kind": "fire", "photo": None, "voice": "2.m4a"}},
    ]


@pytest.mark.parametrize("path", ["/data/nowhere", "/other/wrap_up/track", "/data/result/track"])
def test_a_cut_where_there_is_nothing_changes_no_answer(shapes, path):
    xml = submission("<result>clear</result><wrap_up><track>31 121 0 0</track></wrap_up>")
    assert values(parse(cut(xml, path)), shapes["patrol"]) == values(parse(xml), shapes["patrol"])
