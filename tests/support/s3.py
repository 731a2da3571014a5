"""An S3 server for tests: moto's, which speaks HTTP, in a thread of this process. Each test has a bucket of its own."""

from __future__ import annotations

import logging
import secrets
from datetime import timedelta
from functools import cache
from typing import Any

from boto3.session import Session
from botocore.config import Config
from moto.s3.models import s3_backends
from moto.server import ThreadedMotoServer

from tests.support.postgres import Cleaner

ACCESS_KEY = "AKIATESTS"
SECRET_KEY = "never-in-any-log"


class Bucket:
    """
    A bucket of a running server.

    @ivar port: the server's port.
    @ivar name: the bucket's name.
    @ivar url: as C{HICHAT_MEDIA} has it.
    """

    def __init__(self, port: int) -> None:
        self.port = port
        self.name = f"hichat-{secrets.token_hex(8)}"
        self.url = f"s3://{self.name}/some/files"
        config = Config(retries={"total_max_attempts": 1})
        self.client: Any = Session(**_LOGIN).client("s3", endpoint_url=_endpoint(port), config=config)
        self.client.create_bucket(Bucket=self.name)

    def environment(self, port: int | None = None) -> dict[str, str]:
        """
        @param port: the port at which the server is to be reached, such as that of a relay.
        @return: what boto3 reads of the environment.
        """
        return {
            "AWS_ENDPOINT_URL_S3": _endpoint(port or self.port),
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def put(self, key: str, content: bytes) -> None:
        """Store an object."""
        self.client.put_object(Bucket=self.name, Key=key, Body=content)

    def get(self, key: str) -> bytes:
        """@return: an object's content."""
        return bytes(self.client.get_object(Bucket=self.name, Key=key)["Body"].read())

    def every_key(self) -> list[str]:
        """@return: the keys of all objects."""
        found = self.client.list_objects_v2(Bucket=self.name)
        return [entry["Key"] for entry in found.get("Contents", ())]

    def halves(self) -> list[str]:
        """@return: the keys of uploads in parts that are under way."""
        found = self.client.list_multipart_uploads(Bucket=self.name)
        return [entry["Key"] for entry in found.get("Uploads", ())]

    def age(self, key: str, seconds: float) -> None:
        """Make an object older by so many seconds, by the server's clock."""
        stored = s3_backends[_ACCOUNT]["aws"].buckets[self.name].keys[key]
        stored.last_modified -= timedelta(seconds=seconds)

    def remove(self) -> None:
        """Remove the bucket and all that is in it."""
        for key in self.every_key():
            self.client.delete_object(Bucket=self.name, Key=key)
        for entry in self.client.list_multipart_uploads(Bucket=self.name).get("Uploads", ()):
            self.client.abort_multipart_upload(Bucket=self.name, Key=entry["Key"], UploadId=entry["UploadId"])
        self.client.delete_bucket(Bucket=self.name)
        self.client.close()


_ACCOUNT = "123456789012"
"""The only one of moto's."""

_LOGIN = {
    "aws_access_key_id": ACCESS_KEY,
    "aws_secret_access_key": SECRET_KEY,
    "region_name": "us-east-1",
}


def _endpoint(port: int) -> str:
    return f"http://127.0.0.1:{port}"


@cache
def s3_port() -> int:
    """@return: the port of the server, which ends with this process."""
    # A line a request.
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    return int(server.get_host_and_port()[1])


def bucket_for(case: Cleaner) -> Bucket:
    """
    @param case: the test, whose cleanup removes the bucket.
    @return: a new bucket.
    """
    made = Bucket(s3_port())
    case.addCleanup(made.remove)
    return made


def client_of(bucket: Bucket, port: int | None = None, patience: float = 60) -> Any:
    """
    @param port: see L{Bucket.environment}.
    @param patience: seconds for which it waits for an answer.
    @return: a client; else as the daemon's own.
    """
    return client_at(port or bucket.port, patience)


def client_at(port: int, patience: float = 60, **more: Any) -> Any:
    """
    @param port: the server's port.
    @param patience: see L{client_of}.
    @param more: what else boto3 takes.
    @return: a client.
    """
    config = Config(connect_timeout=patience, read_timeout=patience, retries={"total_max_attempts": 1})
    settings = {"endpoint_url": _endpoint(port)} | more
    return Session(**_LOGIN).client("s3", config=config, **settings)
