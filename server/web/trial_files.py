"""试填: what a draft finds beside it while it is tried out: what was put there for it, invented lists, nobody's data."""

from __future__ import annotations

from server.domain.problems import NotFound
from server.figures.sample_lists import sample
from server.storage import forms
from server.storage.form_drafts import FormDraft
from server.web.parts import parts
from server.work import Reading


def trial_file(reading: Reading, draft: FormDraft, name: str) -> bytes:
    """A file of a draft by its name. Raises NotFound("form.unknown_file")."""
    found = sample(reading, name)
    if found is not None:
        return found
    medium = forms.medium(reading.session, draft.form_id or "", name)
    if medium is None:
        raise NotFound("form.unknown_file", name=name)
    return parts().files.path(medium.sha256).read_bytes()
