"""Phone numbers of v1: its clients know Chinese mobile numbers, without their country code."""

from __future__ import annotations

from hichat.accounts.fields import CHINESE_MOBILE
from hichat.core.errors import InvalidField


def shown_phone(phone: str) -> str:
    """
    @param phone: a number as L{hichat.accounts.fields.phone_of} gives it, or empty.
    @return: the number as v1's clients know it: a Chinese mobile number without its country code.
    """
    national = phone.removeprefix("+86")
    return national if CHINESE_MOBILE.fullmatch(national) else phone


def given_phone(text: str, stored: str) -> str:
    """
    @param text: a phone number as a client of v1 gave it.
    @param stored: the user's present number. A client that sends it back changes nothing. (A plus sign that a form does
        not escape is a blank.)
    @return: a number for L{hichat.accounts.fields.phone_of}.
    @raise InvalidField: the text is neither a Chinese mobile number, nor the present one, nor empty.
    """
    phone = text.strip()
    if stored and phone in (stored, stored.removeprefix("+")):
        return stored
    if phone and not CHINESE_MOBILE.fullmatch(phone):
        raise InvalidField("phone")
    return phone
