"""In front of C{PYTHONPATH}: the time of day is as many seconds off as the file says that C{SKEW} names."""

import os
import time
from pathlib import Path

_time, _time_ns = time.time, time.time_ns
_file = Path(os.environ["SKEW"])


def _seconds() -> int:
    return int(_file.read_text() or 0)


def _skewed() -> float:
    return _time() + _seconds()


def _skewed_ns() -> int:
    return _time_ns() + _seconds() * 1_000_000_000


time.time, time.time_ns = _skewed, _skewed_ns
