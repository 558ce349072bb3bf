"""名册: what the server already knows of a household or a person is not asked for in words a second time (FORMS §9)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from forms.findings import Finding
from forms.inspection import Inspected, warning
from forms.markup import local
from forms.wording import wording

LISTS: Final = frozenset(
    {"grids.csv", "households.csv", "persons.csv", "details.csv", "classes.csv", "open_cases.csv"}
)
"""The register as phones download it; the server makes these files itself."""
_OF_PEOPLE: Final = frozenset({"households.csv", "persons.csv"})
_KNOWN: Final = re.compile(
    r".{0,6}(?:姓名|户主|住址|家庭地址|门牌号?|电话号?码?|手机号?码?|联系方式)"
    r"(?:怎么称呼|叫什么|是什么|是多少)?(?:[（(].*[）)])?[：:？?]?"
)
"""A question for it, not one that only speaks of it (“电话为什么打不通”)."""
_IDENTITY: Final = re.compile(r"身份证|公民身份号码|证件号")


def asked_again(form: Inspected) -> Iterator[Finding]:
    """Questions in words whose answer is on the phone; one asked only in some cases may be about somebody new."""
    on_phone = not _OF_PEOPLE.isdisjoint(form.compiled.media)
    labels = wording(form.compiled.xml).labels
    for path, control in form.controls.items():
        label = labels.get(path, "")
        if local(control.tag) != "input" or form.is_note(path):
            continue
        if _IDENTITY.search(label):
            yield warning(path, "身份证号不收：名册按户和人的编号认，不靠证件号")
        elif on_phone and _KNOWN.fullmatch(label) and not form.is_conditional(path):
            yield warning(path, "名册里已有的，不用再问：从名单里选户、选人，姓名、地址、电话自己带出来")
