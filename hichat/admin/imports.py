"""C{hichat export} and C{hichat import}: a whole server written out, and brought in from here or from another one."""

from __future__ import annotations

import argparse
import csv
import os
import shutil
import sys
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import IO, Any

import msgspec
from tqdm import tqdm
from twisted.internet.task import Clock

from hichat.accounts.roles import ServerRole
from hichat.admin.administration import Administration, note_command, now, run_here
from hichat.admin.arguments import command, settings_of, some_text
from hichat.core.errors import FilesAway, StartError
from hichat.core.ports import IFileStore
from hichat.daemon.media import make_files
from hichat.daemon.settings import DaemonSettings
from hichat.imports import mattermost, own, shapes, slack
from hichat.imports.archive import Archive, Elsewhere
from hichat.imports.downloads import Downloads
from hichat.imports.export import ServerExport
from hichat.imports.files import NO_QUOTA, FileTaker, PictureTaker
from hichat.imports.importer import Importer, ImportSetup
from hichat.imports.people import ImportedPeople
from hichat.imports.report import ImportReport
from hichat.keeping.periods import KEPT_FOR_EVER
from hichat.keeping.sweeping import ONE_DAY
from hichat.media.addresses import Addresses
from hichat.media.media import Copy, MediaLimits, MediaStore
from hichat.media.records import StoredFile
from hichat.runtime import keys

ReadExport = Callable[[Archive, ImportReport, Elsewhere], Iterator[shapes.MovedLine]]
"""Reads the lines of an export; see L{hichat.imports.own.read}."""

EXPORT_READERS: dict[str, tuple[ReadExport, str]] = {
    "slack": (slack.read, "an export of a Slack workspace: the ZIP, or the folder it was unpacked to"),
    "mattermost": (mattermost.read, "a bulk export of Mattermost: the ZIP, or the .jsonl file with its data folder"),
    "hichat": (
        own.read,
        "an export of a HiChat server: the folder, ZIP or file of lines that `hichat export` has made",
    ),
}
"""By what is imported: how it is read, and what it is."""


def add_import_commands(commands: Any) -> None:
    """Add the commands."""
    text = "write people, groups, messages and files of the whole server, as JSON that `hichat import` reads"
    exporting = command(commands, "export", text, _export, named=False)
    exporting.add_argument("path", metavar="PATH", type=Path, help="a new folder; with the end .zip: a new ZIP")
    text = "bring people, groups and messages of another server in, with their times"
    importing = commands.add_parser("import", help=text, description=text)
    those = importing.add_subparsers(required=True, metavar="FROM")
    for name, (read, what) in EXPORT_READERS.items():
        found = command(those, name, what, partial(_import, read, name), named=False)
        _add_options(found)
        if name == "slack":
            text = (
                "a folder with files that somebody has downloaded; their names or those of their folders have the ids"
            )
            found.add_argument("--files", metavar="DIR", type=Path, help=text)
            text = "a file with a token of Slack's that may read files (files:read): they are downloaded with it"
            found.add_argument("--token-file", metavar="FILE", type=Path, help=text)


def _add_options(found: argparse.ArgumentParser) -> None:
    found.add_argument("path", metavar="EXPORT", type=Path, help="the export: a file or a folder")
    text = "write nothing: tell how much would come, what cannot come and why, and which names change"
    found.add_argument("--dry-run", action="store_true", help=text)
    text = "a CSV file with the columns `person` (an id, name or address there) and `name` (the account here)"
    found.add_argument("--people", metavar="MAP.csv", type=Path, help=text)
    text = "a name for the server that the export is from, if you import from several [default: what the export says]"
    found.add_argument("--source", metavar="SOURCE", type=some_text, help=text)
    text = "the account that owns groups in which nobody is [default: the first owner of the server]"
    found.add_argument("--keeper", metavar="NAME", help=text)
    text = "the e-mail addresses in the export count as verified: they are the people's, for sure"
    found.add_argument("--verified-mail", action="store_true", help=text)
    found.add_argument("--roles", action="store_true", help="people rule here who ruled there")
    found.add_argument("--json", action="store_true", help="print the report as a JSON object")


# Out


def _export(options: argparse.Namespace) -> int:
    found = settings_of(options)
    working = Administration(found, make=False)
    files = make_files(found)
    addresses = Addresses(keys.load_or_make(found.state_dir, "media.key"))
    path: Path = options.path
    if path.exists():
        raise StartError(f"hichat: {path}: File exists")
    # Before the first byte: who is killed then has read something all the same.
    note_command(working.store, "export")
    try:
        with _bar("messages") as bar, _target(path) as (lines, put):
            exported = ServerExport(working.store, addresses, lines.write, now(), bar.update)
            exported.run()
            lines.close()
            missing = _put_files(exported.files, files, put)
    except FilesAway:
        raise StartError("hichat: HICHAT_MEDIA: the files cannot be reached; run the command again") from None
    finally:
        working.store.engine.dispose()
    print(f"{exported.messages} messages and {len(exported.files) - missing} files are exported", file=sys.stderr)
    if missing:
        print(f"hichat: {missing} files are not there; `hichat check` tells which", file=sys.stderr)
    return 1 if missing else 0


_PIECE = 1024 * 1024


def _put_files(wanted: dict[str, str], files: IFileStore, put: Callable[[str], Any]) -> int:
    """@return: the number of files that are not there."""
    missing = 0
    for id, path in wanted.items():
        facts = files.facts(id)
        if facts is None:
            missing += 1
            continue
        with put(path) as file:
            at = 0
            while at < facts.size and (piece := files.read(id, False, at, _PIECE)):
                file.write(piece)
                at += len(piece)
    return missing


@contextmanager
def _target(path: Path) -> Iterator[tuple[IO[bytes], Callable[[str], Any]]]:
    """
    A context manager around a new export, which only its owner may read: it is there whole, or not at all.

    @return: the file of the lines, to be closed before the first other one is opened; and a function that opens others.
    @raise StartError: it cannot be written.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        if path.suffix.lower() == ".zip":
            with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
                    yield packed.open(own.LINES_FILE, "w", force_zip64=True), lambda name: packed.open(name, "w")
                file.flush()
                os.fsync(file.fileno())
        else:
            part.mkdir(mode=0o700)
            (part / "files").mkdir()
            yield (part / own.LINES_FILE).open("wb"), lambda name: (part / name).open("wb")
        part.rename(path)
    except OSError as e:
        raise StartError(f"hichat: {path}: {e.strerror}") from None
    finally:
        if part.is_dir():
            shutil.rmtree(part)
        else:
            part.unlink(missing_ok=True)


# In


def _import(read: ReadExport, label: str, options: argparse.Namespace) -> int:
    found = settings_of(options, make=True)
    working = Administration(found, make=True)
    report = ImportReport()
    pictures = PictureTaker()
    downloads = _downloads(options)
    elsewhere = Elsewhere.in_folder(getattr(options, "files", None), downloads.may_fetch if downloads else _nothing)
    with closing(Archive(options.path)) as archive, _bar("messages") as bar:
        try:
            setup = _setup(options, label, found, working, report, archive, pictures, elsewhere, downloads)
            importer = Importer(setup, bar.update)
            if not options.dry_run:
                # Before the first change: who is killed then has brought something in all the same.
                note_command(working.store, "import", detail={"from": label, "file": options.path.name[:100]})
            importer.run(_named(read(archive, report, elsewhere), options.source))
        finally:
            pictures.close()
            if downloads is not None:
                downloads.close()
            working.store.engine.dispose()
    _tell(report, options)
    return 1 if report.breaks else 0


def _named(lines: Iterator[shapes.MovedLine], source: str | None) -> Iterator[shapes.MovedLine]:
    """@return: the same lines, as those of another source if one is given."""
    for line in lines:
        if source and isinstance(line, shapes.MovedHeader):
            line.source = source[:64]
        yield line


def _downloads(options: argparse.Namespace) -> Downloads | None:
    """@raise StartError: the file with the token is empty."""
    path: Path | None = getattr(options, "token_file", None)
    if path is None:
        return None
    token = path.read_text(encoding="utf-8").strip()
    if not token:
        raise StartError(f"hichat: {path}: there is no token in it")
    return Downloads(token)


def _nothing(_url: str) -> bool:
    return False


def _setup(
    options: argparse.Namespace,
    label: str,
    found: DaemonSettings,
    working: Administration,
    report: ImportReport,
    archive: Archive,
    pictures: PictureTaker,
    elsewhere: Elsewhere,
    downloads: Downloads | None,
) -> ImportSetup:
    addresses = Addresses(keys.load_or_make(found.state_dir, "media.key"))
    taker = FileTaker(
        working.store,
        archive,
        _saver(found, working, addresses, pictures),
        found.upload_limit,
        report,
        downloads.fetch if downloads is not None else None,
        options.dry_run,
        elsewhere.folder,
    )
    people = ImportedPeople(
        label,
        _mapped(options.people) if options.people else {},
        working.make_imported,
        working.check_free,
        options.verified_mail,
        options.roles,
        report,
    )
    days = found.retention
    return ImportSetup(
        working.store,
        people,
        taker.take,
        addresses.open_url,
        report,
        now,
        label,
        _keeper(options.keeper, working),
        0 if days == KEPT_FOR_EVER else now() - days * ONE_DAY,
        options.dry_run,
    )


def _saver(
    found: DaemonSettings, working: Administration, addresses: Addresses, pictures: PictureTaker
) -> Callable[..., StoredFile]:
    files = make_files(found)
    limits = MediaLimits(found.upload_limit, NO_QUOTA)
    media = MediaStore(working.store, files, addresses, run_here, pictures.take_in, Clock(), now, limits)
    started: list[bool] = []

    def save(user_id: int, copy: Copy, name: str = "") -> StoredFile:
        if not started:
            files.start()
            started.append(True)
        return working.run(media.save_for(user_id, copy, name))

    return save


def _keeper(name: str | None, working: Administration) -> int:
    if name:
        return working.find(name).id
    owners = [user.id for user in working.everyone() if user.role is ServerRole.OWNER and not user.disabled]
    return min(owners, default=0)


def _mapped(path: Path) -> dict[str, str]:
    """
    @return: by what names people there, the names of accounts here.
    @raise StartError: the file cannot be read, or is no such file.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file, strict=True)
            if not {"person", "name"} <= set(rows.fieldnames or ()):
                raise StartError(f"hichat: {path}: the first line has to name the columns person and name")
            return {row["person"].strip(): row["name"].strip() for row in rows if row["person"] and row["name"]}
    except OSError as e:
        raise StartError(f"hichat: {path}: {e.strerror}") from None
    except (UnicodeDecodeError, csv.Error) as e:
        raise StartError(f"hichat: {path}: it is no CSV file in UTF-8: {e}") from None


def _tell(report: ImportReport, options: argparse.Namespace) -> None:
    if options.json:
        told = {
            "dryRun": options.dry_run,
            "new": dict(report.counts),
            "known": dict(report.known),
            "bytes": report.bytes,
            "problems": report.problems,
            "unreadable": report.breaks,
        }
        print(msgspec.json.encode(told).decode())
        return
    print("nothing is written; this would come:" if options.dry_run else "imported:")
    for line in report.lines():
        print(f"  {line}")


def _bar(what: str) -> tqdm[Any]:
    """@return: a progress bar; it is shown at a terminal."""
    return tqdm(desc=what, unit_scale=True, leave=False, disable=None)
