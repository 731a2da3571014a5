"""
Uploaded files in S3, or in a server that speaks its protocol.

An upload that is under way is a file of this machine; whole ones are put into S3. Keys are a file's id, or its id with
C{.thumbnail}, below the place's prefix, and one for the mark. No other key is ever touched. Only a daemon with such a
place imports this module: it needs boto3, which finds the endpoint and the credentials in its own ways.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, closing
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from math import inf
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from boto3.exceptions import S3UploadFailedError
from boto3.s3.transfer import TransferConfig
from boto3.session import Session
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ReadTimeoutError,
    ResponseStreamingError,
)
from twisted.logger import Logger
from zope.interface import implementer

from hichat.core.errors import FilesAway, NoSuchMedia, StartError
from hichat.core.ports import FileFacts, FilesPage, ISharedFileStore, ListedFile, Unfinished
from hichat.media.deadlines import Deadlines
from hichat.media.folder import STRAY_AFTER, Folder, parse_name, stored_name
from hichat.media.places import S3Place
from hichat.media.reach import TOLD_AGAIN, Reach
from hichat.media.records import batched

S3_CONNECT_TIMEOUT = 2.0
S3_READ_TIMEOUT = 5.0
"""Seconds without a byte after which a request has failed."""

PIECE_TIMEOUT = 6.0
"""Seconds that a piece of a file, or another short answer, may take in all."""

WRITE_TIMEOUT = 30.0
"""Seconds for which the answer to a change is waited for: S3 may have to put together a large file first."""

WRITE_LIMIT = 120.0
"""Seconds that a request for a change may take in all; also one with L{PART} bytes over a slow line."""

LATE_WRITES = 4
"""Changes whose answers may be late at once, after L{S3_READ_TIMEOUT}: further ones fail, and leave their threads."""

CONFIRMED = 1.0
"""Seconds for which a store that has answered a question counts as there."""

CONNECTIONS = 16
"""Connections that are kept: at least as many as there are threads."""

PART = 16 * 1024 * 1024
"""Bytes up to which a file is put into S3 by one request. A larger one is sent in parts of so many."""

RETRY_PAUSE = 0.1
"""Seconds before a request that failed at once is made again; once."""

REMOVED_AT_ONCE = 500
"""Files, with their thumbnails, in one request: it may have 1000 keys."""

MARK_NAME = ".hichat"
"""The name of the object with the mark."""

MARK_WORDS = "HiChat's uploaded files. This object tells to which database they belong: leave it here."
MARK_LIMIT = 1000

_CHUNK = 64 * 1024
_MISSING = frozenset({"404", "NoSuchKey", "NotFound", "NoSuchUpload"})
_NAMELESS = frozenset({"404", "NotFound"})
_NOT_DONE_HERE = frozenset({"NotImplemented", "MethodNotAllowed", "501", "405"})
_TAKEN = frozenset({"PreconditionFailed", "ConditionalRequestConflict", "412", "409"})
_AGAIN = frozenset({"500", "502", "503", "InternalError", "ServiceUnavailable", "SlowDown"})
_ANSWERS = _MISSING | _NOT_DONE_HERE | _TAKEN | {"InvalidRange"}
_AWAY = frozenset(
    {
        "503",
        "ExpiredToken",
        "InvalidAccessKeyId",
        "InvalidToken",
        "NoSuchBucket",
        "ServiceUnavailable",
        "SignatureDoesNotMatch",
        "SlowDown",
    }
)
_IN_WORDS: tuple[tuple[tuple[type[Exception], ...], str], ...] = (
    ((ConnectTimeoutError, ReadTimeoutError), "no answer in time"),
    ((ConnectionClosedError, ResponseStreamingError), "the connection was closed"),
    ((EndpointConnectionError,), "no connection"),
    ((NoCredentialsError,), "no credentials"),
)


class _RequestFailed(Exception):
    """A request has failed, for a reason that is no error of boto3."""


def code_of(error: Exception) -> str:
    """@return: the code in an answer that refuses a request; empty: there was no answer."""
    if isinstance(error, S3UploadFailedError) and isinstance(error.__context__, ClientError):
        error = error.__context__
    return str(error.response.get("Error", {}).get("Code", "")) if isinstance(error, ClientError) else ""


def cause_of_away(error: Exception) -> str | None:
    """
    @return: why no file can be reached, without any words of the server or of boto3: those may have a URL with a
        password. None: the server has answered the question, or it is about one file only, see L{failure_of_one}.
    """
    code = code_of(error)
    if code in _AWAY:
        return code
    for kinds, words in _IN_WORDS:
        if isinstance(error, kinds):
            return words
    return None


def failure_of_one(error: Exception) -> str | None:
    """
    @return: why a request failed, which may be true of its file only; in words as of L{cause_of_away}. None: it has an
        answer, or failed on this machine.
    """
    code = code_of(error)
    if code:
        return None if code in _ANSWERS else code
    if isinstance(error, _RequestFailed):
        return str(error)
    return type(error).__name__ if isinstance(error, BotoCoreError) else None


def make_client(setting: str) -> Any:
    """
    Make a client, with the endpoint and the credentials that boto3 finds. It connects later.

    @param setting: the name of the setting that needs it.
    @raise StartError: there is no such endpoint or profile.
    """
    config = Config(
        connect_timeout=S3_CONNECT_TIMEOUT,
        read_timeout=S3_READ_TIMEOUT,
        retries={"total_max_attempts": 1},
        max_pool_connections=CONNECTIONS,
    )
    try:
        return Session().client("s3", config=config)
    except (BotoCoreError, ValueError) as e:
        raise StartError(
            f"hichat: {setting}: boto3 cannot use its settings ({type(e).__name__}); "
            "look at AWS_ENDPOINT_URL_S3, which is as https://s3.lan:9000, AWS_DEFAULT_REGION and AWS_PROFILE"
        ) from None


def server_of(client: Any) -> str:
    """@return: host and port of a client's server, without what else its URL may have."""
    return urlsplit(client.meta.endpoint_url).netloc.rpartition("@")[2]


@implementer(ISharedFileStore)
class S3Files:
    """
    A part of a bucket as store of files.

    @param place: the part.
    @param folder: a directory for unfinished files.
    @param client: boto3's client.
    @ivar reach: whether the server answers.
    """

    _log = Logger()

    shared = True

    def __init__(self, place: S3Place, folder: Folder, client: Any) -> None:
        self.name = str(place)
        self.scratch = folder.scratch
        self.parts = (self,)
        self.reach = Reach(f"{place} at {server_of(client)}", self._cause)
        self._place = place
        self._folder = folder
        self._client = client
        self._deadlines = Deadlines(client, S3_READ_TIMEOUT, LATE_WRITES)
        self._confirmed_at = -inf
        self._told_at = -inf
        self._transfer = TransferConfig(use_threads=False, multipart_threshold=PART, multipart_chunksize=PART)

    def start(self) -> None:
        """See L{IFileStore.start}."""
        self._folder.start()

    def check(self) -> None:
        """See L{IFileStore.check}."""
        self._list(1)

    def check_start(self, setting: str) -> None:
        """
        Check that files can be kept here; a server that cannot be reached now is no obstacle.

        @param setting: the name of the setting that names the place.
        @raise StartError: there is no such bucket, or it may not be used, or the server is no S3 server.
        """
        bucket, server = self._place.bucket, server_of(self._client)
        try:
            with self._deadlines.within(PIECE_TIMEOUT) as deadline:
                self._client.list_objects_v2(Bucket=bucket, Prefix=self._place.prefix, MaxKeys=1)
        except NoCredentialsError:
            raise StartError(
                f"hichat: {setting}: there are no credentials for {server}; "
                "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE"
            ) from None
        except ClientError as e:
            status, code = e.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0), code_of(e)
            if code == "NoSuchBucket":
                raise StartError(
                    f"hichat: {setting}: there is no bucket {bucket} at {server}; make it, or name another one"
                ) from None
            if status in (401, 403):
                raise StartError(
                    f"hichat: {setting}: {server} refuses these credentials for the bucket {bucket} ({code}); "
                    "they must be allowed to list it, and to get, put and delete objects"
                ) from None
            if status < 500:
                raise StartError(
                    f"hichat: {setting}: {server} does not answer as S3 does ({code}); look at AWS_ENDPOINT_URL_S3"
                ) from None
        except (EndpointConnectionError, ConnectTimeoutError, ReadTimeoutError, ConnectionClosedError):
            return
        except BotoCoreError as e:
            if deadline.is_over:
                return
            raise StartError(
                f"hichat: {setting}: {server} does not answer as S3 does ({type(e).__name__}); "
                "look at AWS_ENDPOINT_URL_S3"
            ) from None

    def unfinished(self) -> AbstractContextManager[Unfinished]:
        """See L{IFileStore.unfinished}."""
        return self._folder.unfinished()

    def finish(self, unfinished: Unfinished, id: str, thumbnail: bool = False) -> None:
        """See L{IFileStore.finish}."""
        unfinished.file.flush()
        self._ask(
            self._client.upload_file,
            str(unfinished.path),
            self._place.bucket,
            self._key(id, thumbnail),
            ExtraArgs={"ContentType": "application/octet-stream"},
            Config=self._transfer,
            changes=True,
        )

    def sync(self) -> None:
        """See L{IFileStore.sync}: what S3 has answered it keeps."""

    def place(self, id: str, thumbnail: bool = False) -> Path | None:
        """See L{IFileStore.place}."""
        return None

    def facts(self, id: str, thumbnail: bool = False) -> FileFacts | None:
        """See L{IFileStore.facts}."""
        try:
            found = self._ask(self._client.head_object, Bucket=self._place.bucket, Key=self._key(id, thumbnail))
        except ClientError:
            return None
        return FileFacts(int(found["ContentLength"]), found["LastModified"].timestamp())

    def read(self, id: str, thumbnail: bool, start: int, length: int) -> bytes:
        """See L{IFileStore.read}."""
        try:
            return bytes(self._ask(self._read, self._key(id, thumbnail), start, length))
        except ClientError as e:
            if code_of(e) == "InvalidRange":
                return b""
            raise NoSuchMedia from None

    def _read(self, key: str, start: int, length: int) -> bytes:
        asked = f"bytes={start}-{start + length - 1}"
        answer = self._client.get_object(Bucket=self._place.bucket, Key=key, Range=asked)
        with closing(answer["Body"]) as body:
            is_part = answer["ResponseMetadata"]["HTTPStatusCode"] == HTTPStatus.PARTIAL_CONTENT
            # The whole file is as good, if it is what was asked for.
            if not is_part and (start or answer["ContentLength"] > length):
                raise _RequestFailed("the server sends no part of a file")
            found = bytearray()
            while piece := body.read(_CHUNK):
                found += piece
                if len(found) > length:
                    raise _RequestFailed("the server sends more than was asked for")
        return bytes(found)

    def remove(self, ids: Iterable[str]) -> None:
        """See L{IFileStore.remove}."""
        for some in batched(list(ids), REMOVED_AT_ONCE):
            keys = [self._key(id, thumbnail) for id in some for thumbnail in (False, True)]
            self._ask(self._remove, keys, changes=True)

    def _remove(self, keys: list[str]) -> None:
        wanted = {"Objects": [{"Key": key} for key in keys], "Quiet": True}
        answer = self._client.delete_objects(Bucket=self._place.bucket, Delete=wanted)
        codes = {str(error.get("Code")) for error in answer.get("Errors", ())} - _MISSING
        if codes:
            raise _RequestFailed(f"{min(codes)} for the removal of files")

    def listed(self, now: int, after: str = "") -> FilesPage:
        """See L{IFileStore.listed}: ages are by the server's clock."""
        found = self._list(1000, after)
        before = _date_of(found, now) - timedelta(seconds=STRAY_AFTER)
        files = []
        for entry in found.get("Contents", ()):
            name = self._name(entry["Key"])
            if name is not None:
                files.append(ListedFile(*name, int(entry["Size"]), entry["LastModified"] < before))
        return FilesPage(files, found.get("NextContinuationToken", "") if found.get("IsTruncated") else "")

    def _list(self, most: int, after: str = "") -> Any:
        more: dict[str, Any] = {"ContinuationToken": after} if after else {}
        return self._ask(
            self._client.list_objects_v2,
            Bucket=self._place.bucket,
            Prefix=self._place.prefix,
            Delimiter="/",
            MaxKeys=most,
            **more,
        )

    def remove_halves(self) -> None:
        """See L{IFileStore.remove_halves}: uploads in parts that began more than L{STRAY_AFTER} ago, by its clock."""
        for key, upload in list(self._halves()):
            self._ask(
                self._client.abort_multipart_upload,
                Bucket=self._place.bucket,
                Key=key,
                UploadId=upload,
                missing=True,
                changes=True,
            )

    def _halves(self) -> Iterator[tuple[str, str]]:
        marks: dict[str, Any] = {}
        while True:
            found = self._ask(self._list_halves, marks)
            if found is None:
                return
            before = _date_of(found, round(time.time() * 1000)) - timedelta(seconds=STRAY_AFTER)
            for entry in found.get("Uploads", ()):
                if self._name(entry["Key"]) is not None and entry["Initiated"] < before:
                    yield entry["Key"], entry["UploadId"]
            if not found.get("IsTruncated"):
                return
            marks = {"KeyMarker": found["NextKeyMarker"], "UploadIdMarker": found.get("NextUploadIdMarker", "")}

    def _list_halves(self, marks: dict[str, Any]) -> Any:
        """@return: a page of the uploads in parts; None: they cannot be listed, which hinders nothing else."""
        try:
            return self._client.list_multipart_uploads(Bucket=self._place.bucket, Prefix=self._place.prefix, **marks)
        except ClientError as e:
            code = code_of(e)
            if code not in _NOT_DONE_HERE | {"AccessDenied"}:
                raise
        self._log.warn(
            "uploads in parts that were cut off cannot be listed in {name} ({code}), so none is removed",
            name=self.name,
            code=code,
        )
        return None

    def mark(self) -> str:
        """See L{ISharedFileStore.mark}."""
        try:
            found = self._ask(self._read, self._mark_key, 0, MARK_LIMIT)
        except ClientError as e:
            if code_of(e) not in _MISSING | {"InvalidRange"}:
                raise
            return ""
        lines = found.decode(errors="replace").split()
        return lines[-1] if lines else ""

    def put_mark(self, mark: str, before: str) -> bool:
        """See L{ISharedFileStore.put_mark}: the object has a line for people, and one with the mark."""
        # The tag first: if the mark changes between the two, the condition fails.
        tag = self._mark_tag()
        if self.mark() != before:
            return False
        wanted: dict[str, Any] = {
            "Bucket": self._place.bucket,
            "Key": self._mark_key,
            "Body": f"{MARK_WORDS}\n{mark}\n".encode(),
        }
        try:
            condition: dict[str, Any] = {"IfMatch": tag} if tag else {"IfNoneMatch": "*"}
            self._ask(self._client.put_object, changes=True, **wanted, **condition)
        except ClientError as e:
            if code_of(e) in _TAKEN | _MISSING:
                # It may be there all the same: a request whose answer was lost is made again.
                return self.mark() == mark
            # The server knows no conditions.
            self._ask(self._client.put_object, changes=True, **wanted)
        return True

    def _mark_tag(self) -> str:
        """@return: the tag of the object with the mark; empty: there is none."""
        try:
            return str(self._ask(self._client.head_object, Bucket=self._place.bucket, Key=self._mark_key)["ETag"])
        except ClientError:
            return ""

    @property
    def _mark_key(self) -> str:
        return f"{self._place.prefix}{MARK_NAME}"

    def _key(self, id: str, thumbnail: bool) -> str:
        return f"{self._place.prefix}{stored_name(id, thumbnail)}"

    def _name(self, key: str) -> tuple[str, bool] | None:
        """@return: the id in a key, and whether it is a thumbnail's; None: it is not one of ours."""
        return parse_name(key[len(self._place.prefix) :]) if key.startswith(self._place.prefix) else None

    def _ask(
        self, call: Callable[..., Any], *arguments: Any, missing: bool = False, changes: bool = False, **named: Any
    ) -> Any:
        """
        Make a request.

        @param missing: whether None is returned where what it is about is missing, or the server cannot do it.
        @param changes: whether it changes what is stored, for which S3 may need longer.
        @raise FilesAway: the server cannot be reached, or it has an error for this request only.
        @raise ClientError: what the request is about is missing.
        """
        try:
            with self.reach.request():
                return self._in_time(changes, call, *arguments, **named)
        except Exception as e:
            failure = failure_of_one(e)
            if failure is not None:
                self._tell(failure)
                raise FilesAway from e
            if missing and isinstance(e, ClientError):
                return None
            raise

    def _in_time(self, changes: bool, call: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        limits = (WRITE_LIMIT, WRITE_TIMEOUT) if changes else (PIECE_TIMEOUT, None)
        with self._deadlines.within(*limits) as deadline:
            error: Exception | None = None
            try:
                found = _twice(call, *arguments, **named)
            except Exception as e:
                error = e
            # Without the length that the server told, an answer that was cut off looks as a whole one.
            if deadline.is_over:
                raise _RequestFailed("an answer takes too long") from error
            if error is not None:
                raise error
            return found

    def _cause(self, error: Exception) -> str | None:
        """See L{cause_of_away}. After an error that may be about one file the store is asked whether it is there."""
        cause = cause_of_away(error)
        if cause is not None:
            return cause
        # An answer without a body does not tell a missing file from a missing bucket.
        is_doubtful = failure_of_one(error) is not None or code_of(error) in _NAMELESS
        return self._missed() if is_doubtful else None

    def _missed(self) -> str | None:
        """@return: why the store does not answer; None: it does."""
        if time.monotonic() - self._confirmed_at < CONFIRMED:
            return None
        try:
            self._in_time(
                False, self._client.list_objects_v2, Bucket=self._place.bucket, Prefix=self._place.prefix, MaxKeys=1
            )
        except (BotoCoreError, ClientError, _RequestFailed) as e:
            return cause_of_away(e) or failure_of_one(e) or code_of(e)
        self._confirmed_at = time.monotonic()
        return None

    def _tell(self, failure: str) -> None:
        """Log that a request failed, now and then: the reach tells of a store that is away."""
        now = time.monotonic()
        if self.reach.is_up and now - self._told_at >= TOLD_AGAIN:
            self._told_at = now
            self._log.warn(
                "a request for uploaded files failed in {name}: {cause}; others are answered",
                name=self.name,
                cause=failure,
            )


def _twice(call: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
    """Make a request again if it failed at once: a server closes idle connections, and is busy for a moment."""
    began = time.monotonic()
    try:
        return call(*arguments, **named)
    except (ConnectionClosedError, ResponseStreamingError, ClientError, S3UploadFailedError) as e:
        code = code_of(e)
        if (code and code not in _AGAIN) or time.monotonic() - began > 1:
            raise
    time.sleep(RETRY_PAUSE)
    return call(*arguments, **named)


def _date_of(answer: Any, now: int) -> datetime:
    """
    @param now: milliseconds since the epoch, if the answer does not tell the time.
    @return: the server's time.
    """
    said = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date")
    try:
        found = parsedate_to_datetime(said)
    except (TypeError, ValueError):
        return datetime.fromtimestamp(now / 1000, UTC)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
