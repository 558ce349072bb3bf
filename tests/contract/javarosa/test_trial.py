"""A draft is tried out on the engine of ODK Collect before anybody's phone is offered the form."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from forms.compiler import compile_form
from server.domain.people import SYSTEM
from server.services import form_drafts
from server.services.form_drafts import Sheet
from server.storage.form_drafts import FormDraft
from server.storage.submissions import Submission
from server.web.collect_settings import trial_url
from tests.contract.javarosa.conftest import Village
from tests.contract.javarosa.phone import Phone

pytestmark = pytest.mark.java

DRAFT = """| survey |
| | type | name | label | required |
| | select_one_from_file households.csv | home | 哪一户 | yes |
| | image | photo | 拍一张 | |
| settings |
| | form_title | form_id | version |
| | 看灶台 | stove_round | 2026112101 |
"""


def test_a_draft_is_filled_with_invented_households_and_nothing_that_is_sent_is_kept(
    phone: Phone, village: Village
) -> None:
    sheet = Sheet("看灶台.md", DRAFT.encode(), compile_form(DRAFT.encode()), ())
    with village.database.transaction(SYSTEM) as work:
        draft = form_drafts.keep(work, village.files, sheet)
        key, phone.project = draft.id, trial_url(village.url, draft.token)
    assert [form["name"] for form in phone.listed().values()] == ["【试填】看灶台"]
    phone.fetch("stove_round")
    asking = phone.try_to_fill("stove_round", {})
    assert asking.stopped is not None
    invented = asking.choices["home"][0]
    record = phone.fill("stove_round", {"home": invented, "photo": "1.jpg"}, {"1.jpg": b"photo"})
    assert [answer.status for answer in phone.send(record)] == [201]
    with village.database.read(SYSTEM) as reading:
        query = sa.select(Submission.id).where(Submission.form_id == "stove_round")
        assert reading.session.scalars(query).all() == []
        assert reading.session.get_one(FormDraft, key).tried == 1
