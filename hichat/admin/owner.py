"""
Root works as the user to whom a state directory belongs: the daemon could not read what root makes there.
"""

from __future__ import annotations

import codecs
import os
import pwd
from pathlib import Path

from hichat.core.errors import StartError


def become_owner(directory: Path) -> None:
    """
    If root runs this, and a state directory is another user's, go on as that user, for good.

    @raise StartError: that is not allowed here.
    """
    if os.geteuid() != 0 or not directory.is_dir():
        return
    found = directory.stat()
    if found.st_uid == 0:
        return
    # The audit log tells who has run the command.
    os.environ.setdefault("LOGNAME", "root")
    # Python may be where only root can read, and loads this one when a file is opened.
    codecs.lookup("ascii")
    try:
        entry = pwd.getpwuid(found.st_uid)
        name, group, home = entry.pw_name, entry.pw_gid, entry.pw_dir
    except KeyError:
        name, group, home = "", found.st_gid, str(directory)
    try:
        if name:
            os.initgroups(name, group)
        else:
            os.setgroups([group])
        os.setgid(group)
        os.setuid(found.st_uid)
    except OSError as e:
        raise StartError(
            f"hichat: {directory} is of the user {name or found.st_uid}, whom root cannot become here ({e.strerror}): "
            "run the command as that user"
        ) from None
    # Where libraries look for what the daemon has, too: AWS credentials, PostgreSQL's passwords.
    os.environ["HOME"] = home


def explained(text: str) -> str:
    """@return: an error for the operator; if root became another user, and this may be why, it says so."""
    if os.environ.get("LOGNAME") != "root" or os.geteuid() == 0 or os.strerror(13) not in text:
        return text
    try:
        name = pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        name = str(os.geteuid())
    return f"{text}; the command works as {name}, whose state directory it is"
