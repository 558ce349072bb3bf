"""wangge backup and wangge restore: one file that holds the database, every photo and every recording."""

from __future__ import annotations

import json
import re
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import click

from server import __version__
from server.cli.opening import Refused, refusals
from server.database import utc_now
from server.settings import Settings
from server.storage import dumps, migrations
from server.storage.files import FileStore

_DATABASE = "database"
_MANIFEST = "manifest.json"
_FILE = re.compile(r"files/[0-9a-f]{2}/([0-9a-f]{64})")
_CHUNK = 1 << 20


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup(file: Path) -> None:
    """备份到一个文件：数据库、照片和录音。服务不必停。"""
    settings = Settings()
    if file.exists():
        raise Refused(f"{file} 已经存在，没有覆盖。")
    unfinished = file.with_name(f"{file.name}.part")
    with refusals(), tempfile.TemporaryDirectory(dir=file.absolute().parent) as folder:
        if dumps.is_empty(settings.url):
            raise Refused("数据库是空的，没有可备份的。")
        # The database first: every file it names was stored before its row, so the files copied later hold them all.
        dumped = Path(folder) / _DATABASE
        dumps.dump(settings.url, dumped)
        with tarfile.open(unfinished, "w") as archive:
            _add_manifest(archive, Path(folder), settings)
            archive.add(dumped, _DATABASE)
            count = _add_files(archive, settings.data_dir / "files")
    unfinished.replace(file)
    click.echo(f"已备份到 {file}：数据库和 {count} 个文件，共 {file.stat().st_size / 1_000_000:.1f} 兆字节。")


def _add_manifest(archive: tarfile.TarFile, folder: Path, settings: Settings) -> None:
    manifest = {
        "version": __version__,
        "made_at": utc_now().isoformat(),
        "database": dumps.kind(settings.url),
        "migration": migrations.head(),
    }
    written = folder / _MANIFEST
    written.write_text(json.dumps(manifest), encoding="utf-8")
    archive.add(written, _MANIFEST)


def _add_files(archive: tarfile.TarFile, folder: Path) -> int:
    count = 0
    for path in sorted(folder.glob("??/*")):
        archive.add(path, f"files/{path.parent.name}/{path.name}")
        count += 1
    return count


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def restore(file: Path) -> None:
    """从备份恢复到空的数据目录和空的数据库；目标不空就拒绝。"""
    settings = Settings()
    files = settings.data_dir / "files"
    try:
        with refusals(), tarfile.open(file) as archive, tempfile.TemporaryDirectory() as folder:
            _check(_manifest(archive), settings)
            if any(files.glob("??/*")) or not dumps.is_empty(settings.url):
                raise Refused("数据目录或数据库不是空的，没有恢复。请换一个空的数据目录或空的数据库。")
            count = _restore_files(archive, FileStore(files))
            dumped = Path(folder) / _DATABASE
            with _member(archive, _DATABASE) as packed, dumped.open("wb") as unpacked:
                shutil.copyfileobj(packed, unpacked)
            dumps.load(settings.url, dumped)
    except (tarfile.TarError, KeyError, ValueError) as error:
        raise Refused("这不是一个完整的备份文件。") from error
    click.echo(f"已恢复：数据库和 {count} 个文件。")


def _manifest(archive: tarfile.TarFile) -> dict[str, Any]:
    with _member(archive, _MANIFEST) as packed:
        manifest: dict[str, Any] = json.load(packed)
    return manifest


def _check(manifest: dict[str, Any], settings: Settings) -> None:
    if manifest["database"] != dumps.kind(settings.url):
        raise Refused(f"备份来自另一种数据库（{manifest['database']}），不能恢复到这里。")
    if not migrations.knows(manifest["migration"]):
        raise Refused(f"备份来自更新的版本（{manifest['version']}），请先升级程序。")


def _member(archive: tarfile.TarFile, name: str) -> IO[bytes]:
    member = archive.extractfile(name)
    if member is None:
        raise KeyError(name)
    return member


def _restore_files(archive: tarfile.TarFile, store: FileStore) -> int:
    """Store each file anew: its name is its hash, so what was damaged on the way is found here."""
    count = 0
    for member in archive.getmembers():
        named = _FILE.fullmatch(member.name)
        if named is None:
            continue
        with _member(archive, member.name) as packed:
            stored = store.put(_chunks(packed))
        if stored.sha256 != named[1]:
            raise Refused(f"备份里的文件 {named[1]} 已损坏，没有恢复数据库。")
        count += 1
    return count


def _chunks(packed: IO[bytes]) -> Iterator[bytes]:
    while chunk := packed.read(_CHUNK):
        yield chunk
