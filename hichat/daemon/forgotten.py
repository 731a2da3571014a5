"""
What a deleted account leaves in rooms that tell nobody of it. The daemon and C{hichat user delete} both go by this: so
no room is forgotten in one of them.
"""

from __future__ import annotations

from hichat.commands.reminders import CommandsForgotten
from hichat.core.ports import Leaves
from hichat.hooks.outgoing.service import HooksForgotten
from hichat.mail.forgetting import MailForgotten
from hichat.signin.device_codes import DeviceLogins
from hichat.signin.openid.identities import Identities


def forgotten_silently() -> tuple[Leaves, ...]:
    """@return: the rooms that only remove rows of an account."""
    return (DeviceLogins(), Identities(), MailForgotten(), CommandsForgotten(), HooksForgotten())
