"""What runs here, in which versions: for the metrics, the log and C{--version}."""

import platform

import twisted
from hichat import __version__

BUILD = {"version": __version__, "python": platform.python_version(), "twisted": twisted.__version__}
"""The version of HiChat, and those of what it runs on."""


def described() -> str:
    """@return: the versions, for people."""
    return f"hichat {BUILD['version']} (Python {BUILD['python']}, Twisted {BUILD['twisted']})"
