"""What pytest needs to leave nothing behind, as trial does, and to run test cases of trial's beside test functions."""

from collections.abc import Iterator
from typing import Any

import pytest
from pytest_twisted import blockon
from twisted.internet import reactor as installed_reactor
from twisted.internet.defer import Deferred
from twisted.trial.unittest import TestCase

reactor: Any = installed_reactor


@pytest.fixture(autouse=True, scope="session")
def working_directory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Trial's test cases make their temporary directories in the working directory."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("trial"))
        yield


@pytest.fixture(autouse=True, scope="session")
def one_reactor() -> Iterator[None]:
    """
    pytest-twisted starts the reactor for the first test function and keeps it running. An asynchronous test case of
    trial's would start the reactor again for each test, which fails: here such a test waits as a test function does.
    """

    def wait(_case: TestCase, finished: Deferred[object]) -> None:
        turn: Deferred[object] = Deferred()
        # In a turn of its own: trial then turns the reactor itself, which would repeat a call from a thread that is
        # still under way.
        finished.addBoth(lambda result: reactor.callLater(0, turn.callback, result))
        blockon(turn)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TestCase, "_wait", wait)
        yield


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The tests with whole daemons take longest. They come first, or one worker would do them last, alone."""
    items.sort(key=lambda item: "integration" not in item.path.parts)
