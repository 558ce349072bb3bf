"""What a phone sends of a form with a public key, and what its owner makes of that at home (Envelope.java)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from lxml import etree

from tests.contract.javarosa.engine import Engine
from tests.contract.javarosa.phone import Record

_XML = "submission.xml"


class Keys(NamedTuple):
    """Both halves of a key, in base64."""

    public: str
    private: str


def new_keys(engine: Engine) -> Keys:
    """A pair of keys nobody has had before."""
    return Keys(*engine.run("Envelope", "keys"))


def sealed(record: Record, engine: Engine, folder: Path) -> Record:
    """The record as it leaves the phone: every file encrypted with the key of its form, the XML as the last of them."""
    folder.mkdir()
    for name, content in {**record.files, _XML: record.filling.xml}.items():
        (folder / name).write_bytes(content)
    form = etree.fromstring(record.form.path.read_bytes())
    public = form.find(".//{*}submission").get("base64RsaPublicKey")
    told = [record.form.form_id, record.form.version, record.instance_id]
    key, signature = engine.run("Envelope", "seal", public, str(folder), *told, *record.files, _XML)
    filling = replace(record.filling, xml=_manifest(record, key=key, signature=signature))
    files = {f"{name}.enc": (folder / f"{name}.enc").read_bytes() for name in (*record.files, _XML)}
    return replace(record, filling=filling, files=files)


def _manifest(record: Record, *, key: str, signature: str) -> bytes:
    media = "".join(f"<media><file>{name}.enc</file></media>" for name in record.files)
    return (
        '<data xmlns="http://www.opendatakit.org/xforms/encrypted" encrypted="yes"'
        f' id="{record.form.form_id}" version="{record.form.version}">'
        f"<base64EncryptedKey>{key}</base64EncryptedKey>"
        '<orx:meta xmlns:orx="http://openrosa.org/xforms">'
        f"<orx:instanceID>{record.instance_id}</orx:instanceID></orx:meta>{media}"
        f"<encryptedXmlFile>{_XML}.enc</encryptedXmlFile>"
        f"<base64EncryptedElementSignature>{signature}</base64EncryptedElementSignature></data>"
    ).encode()


def opened(manifest: bytes, folder: Path, private: str, engine: Engine) -> Mapping[str, bytes]:
    """The files of a record by their names, from the `….enc` of a folder; fails where anything was changed on its way."""
    root = etree.fromstring(manifest)
    sealed_names = [*root.iterfind("{*}media/{*}file"), root.find("{*}encryptedXmlFile")]
    names = [(each.text or "").removesuffix(".enc") for each in sealed_names]
    told = [root.get("id"), root.get("version"), root.findtext("{*}meta/{*}instanceID")]
    key, signature = (
        root.findtext("{*}base64EncryptedKey"),
        root.findtext("{*}base64EncryptedElementSignature"),
    )
    engine.run("Envelope", "open", private, str(folder), *told, *names, key, signature)
    return {name: (folder / name).read_bytes() for name in names}
