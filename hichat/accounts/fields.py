"""Checks the texts that users write about themselves and their groups, and normalises them."""

import re
import unicodedata

from hichat.core.errors import InvalidField
from hichat.core.events import MAX_SAFE_INTEGER
from hichat.core.text import KEY_LIMIT, NAME_LIMIT, composed, name_key

GENDER_LIMIT = 16
EMAIL_LIMIT = 254
PICTURE_LIMIT = 512
DESCRIPTION_LIMIT = 1024
GREETING_LIMIT = 255
"""The most characters of a greeting."""

CHINESE_MOBILE = re.compile(r"1[3-9][0-9]{9}")
"""A Chinese mobile number without its country code."""

# Marks that change the writing direction: they can make one name look like another.
_DIRECTIONS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# Controls, surrogates, line and paragraph separators.
_UNPRINTABLE = frozenset(("Cc", "Cs", "Zl", "Zp"))

_NOT_STORABLE = re.compile("[\0\ud800-\udfff]")
_ID = re.compile(r"[0-9]{1,16}")
_PHONE = re.compile(r"\+[1-9][0-9]{6,14}")
_PHONE_SEPARATORS = str.maketrans("", "", " \u00a0-./()")
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_EMAIL = re.compile(rf"[A-Za-z0-9.!#$%&'*+/=?^_`{{|}}~-]{{1,64}}@{_LABEL}(?:\.{_LABEL})+")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")


def name_of(text: str, field: str = "name") -> str:
    """
    @param text: a name as a client gave it.
    @param field: the client's name for the field.
    @return: the name in the form that is stored: NFC, without blanks around it.
    @raise InvalidField: the name is empty, longer than L{NAME_LIMIT}, or has invisible characters.
    """
    name = composed(text.strip(), NAME_LIMIT, field).strip()
    if not name or len(name_key(name)) > KEY_LIMIT or _has_unprintable(name):
        raise InvalidField(field)
    if not _DIRECTIONS.isdisjoint(name):
        raise InvalidField(field)
    return name


def id_of(text: str, field: str) -> int:
    """
    @return: the id of a user or group.
    @raise InvalidField: the text is not digits, is 0, or is above 2^53 - 1.
    """
    if not _ID.fullmatch(text) or not 1 <= int(text) <= MAX_SAFE_INTEGER:
        raise InvalidField(field)
    return int(text)


def phone_of(text: str) -> str:
    """
    @param text: a phone number with its country code, such as "+49 30 123456" or "0049 30 123456". A Chinese mobile
        number may lack it.
    @return: the number in the form of ITU-T E.164, such as "+4930123456"; or empty, which removes it.
    @raise InvalidField: the text is anything else.
    """
    phone = text.translate(_PHONE_SEPARATORS)
    if phone.startswith("00"):
        phone = f"+{phone[2:]}"
    elif CHINESE_MOBILE.fullmatch(phone):
        phone = f"+86{phone}"
    if phone and not _PHONE.fullmatch(phone):
        raise InvalidField("phone")
    return phone


def email_of(text: str) -> str:
    """
    @return: an address that HTML's e-mail field accepts, with a dot in the host; or empty, which removes it.
    @raise InvalidField: the text is anything else.
    """
    email = text.strip()
    if email and (len(email) > EMAIL_LIMIT or not _EMAIL.fullmatch(email)):
        raise InvalidField("email")
    return email


def gender_of(text: str) -> str:
    """
    @return: a short word, or empty.
    @raise InvalidField: the word is longer than L{GENDER_LIMIT}, or unprintable.
    """
    gender = composed(text.strip(), GENDER_LIMIT, "gender")
    if _has_unprintable(gender):
        raise InvalidField("gender")
    return gender


def picture_of(text: str, field: str = "icon") -> str:
    """
    @return: the place of a picture: an http(s) URL, a path, or empty.
    @raise InvalidField: it is longer than L{PICTURE_LIMIT}, has blanks or quotes in it, or has another scheme:
        C{javascript:} would run in other users' pages.
    """
    picture = text.strip()
    scheme = _SCHEME.match(picture)
    if (
        len(picture) > PICTURE_LIMIT
        or (scheme and scheme[1].lower() not in ("http", "https"))
        or any(c.isspace() or c in "<>\"'`\\" for c in picture)
        or _has_unprintable(picture)
    ):
        raise InvalidField(field)
    return picture


def description_of(text: str, field: str = "desc") -> str:
    """
    @return: a few sentences, perhaps on several lines, or empty.
    @raise InvalidField: the text is longer than L{DESCRIPTION_LIMIT}, or has NUL or lone surrogates.
    """
    description = composed(text.strip(), DESCRIPTION_LIMIT, field)
    if not is_storable(description):
        raise InvalidField(field)
    return description


def greeting_of(text: str, field: str = "greeting") -> str:
    """
    @return: a greeting, or empty.
    @raise InvalidField: the text is longer than L{GREETING_LIMIT}, or has NUL or lone surrogates.
    """
    greeting = composed(text.strip(), GREETING_LIMIT, field)
    if not is_storable(greeting):
        raise InvalidField(field)
    return greeting


def remark_of(text: str, field: str = "remark") -> str:
    """
    @return: a user's own name for a contact, or empty, which removes it.
    @raise InvalidField: see L{name_of}.
    """
    return name_of(text, field) if text.strip() else ""


def is_storable(text: str) -> bool:
    """@return: whether every store takes the text: no NUL (PostgreSQL), no lone surrogate (no encoding)."""
    return _NOT_STORABLE.search(text) is None


def _has_unprintable(text: str) -> bool:
    return any(unicodedata.category(c) in _UNPRINTABLE for c in text)
