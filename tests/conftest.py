"""What pytest needs so that it leaves nothing behind, as trial does, and disturbs no test of trial's."""

from collections.abc import Iterator

import pytest
from _pytest.unittest import TestCaseFunction


@pytest.fixture(autouse=True, scope="session")
def working_directory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Trial's test cases make their temporary directories in the working directory."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("trial"))
        yield


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """
    @raise pytest.UsageError: there are functions among trial's test cases. For one, pytest-twisted starts the reactor
        and lets it run; trial, which starts it for each test, then fails in all that follow.
    """
    functions = [item.nodeid for item in items if not isinstance(item, TestCaseFunction)]
    if 0 < len(functions) < len(items):
        raise pytest.UsageError(f"make it a method of one of trial's test cases: {', '.join(functions)}")
