"""What pytest needs so that it leaves nothing behind, as trial does."""

from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True, scope="session")
def working_directory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Trial's test cases make their temporary directories in the working directory."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("trial"))
        yield
