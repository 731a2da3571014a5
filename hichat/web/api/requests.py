"""Reads the paths, queries and bodies of requests into the structs of operations. Errors name the wrong field."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import IO, TYPE_CHECKING, Any, Literal, TypeVar

import msgspec
from multipart import parse_options_header

from hichat.accounts.fields import is_storable
from hichat.core.errors import FormNotTaken, FormTooLarge, NotJSON, NotJSONType, NotText
from hichat.core.repeats import REPEAT_KEY_LIMIT
from hichat.web.problems import Fault, Malformed
from hichat.web.site import FORM_LIMIT

if TYPE_CHECKING:
    from twisted.web.http import Request

KEY_HEADER = "Idempotency-Key"
"""The header with a key that the client has chosen, so that a repeated request does nothing more."""

T = TypeVar("T", bound=msgspec.Struct)

# A NUL can be in JSON only like this; an even number of backslashes before it are backslashes.
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
_COMPLAINT = re.compile(r"(?P<text>.*?)(?: - at `(?:key in )?\$(?P<place>.*)`)?", re.DOTALL)
_FIELD = re.compile(r"(?:unknown|required) field `(\w{1,64})`")
_STEP = re.compile(r"\.(\w{1,64})|\[(\d{1,10})\]")


def read_body(request: Request, kind: type[T]) -> T:
    """
    Read a JSON body. A missing body counts as an empty object.

    @raise NotJSONType: the Content-Type is not JSON.
    @raise NotJSON: the body is not JSON.
    @raise Malformed: a field is missing, unknown or wrong.
    @raise NotText: there is a NUL in a text.
    """
    assert request.content is not None
    # One byte more than the limit, to notice a longer body. The site refuses those before.
    body = request.content.read(FORM_LIMIT + 1)
    if len(body) > FORM_LIMIT:
        raise FormTooLarge(FORM_LIMIT)
    given, _ = parse_options_header(request.getHeader("content-type") or "")
    if not body and not given:
        body = b"{}"
    elif given != "application/json":
        raise NotJSONType
    try:
        found = msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError as e:
        raise _malformed(str(e), "pointer") from None
    except (ValueError, RecursionError):
        raise NotJSON from None
    if _NUL.search(body):
        raise NotText
    return found


def read_file(request: Request) -> IO[bytes]:
    """
    @return: the body, which is a file of any type.
    @raise FormNotTaken: it is a form, as of C{curl -F}; it would be stored with the form's boundaries around the file.
    """
    given, _ = parse_options_header(request.getHeader("content-type") or "")
    if given == "multipart/form-data":
        raise FormNotTaken
    assert request.content is not None
    return request.content


def read_key(request: Request) -> str:
    """
    @return: the idempotency key, with bytes that are not UTF-8 as surrogates; empty: the request has none.
    @raise Malformed: it is empty or too long, or there are several.
    """
    found = request.requestHeaders.getRawHeaders(KEY_HEADER.encode()) or []
    if not found:
        return ""
    key = found[0]
    if len(found) > 1 or not key or len(key) > REPEAT_KEY_LIMIT:
        detail = f"one key of 1 to {REPEAT_KEY_LIMIT} bytes is wanted"
        raise Malformed(KEY_HEADER, Fault(parameter=KEY_HEADER, detail=detail))
    return key.decode("utf-8", "surrogateescape")


def read_query(request: Request, kind: type[T] | None) -> T | None:
    """
    Read the query.

    @param kind: the struct of the parameters; None: there must be none.
    @raise Malformed: a parameter is missing, unknown, given twice or wrong.
    @raise NotText: there is a NUL in one.
    """
    values: dict[str, str] = {}
    for raw_name, (value, *more) in (request.args or {}).items():
        name = raw_name.decode("latin-1")
        if more:
            raise _malformed_parameter(name, "it is given twice")
        values[name] = _decode(name, value)
    if kind is None:
        if values:
            raise _malformed_parameter(min(values), "there is no such parameter")
        return None
    return read_parameters(values, kind)


def read_parameters(values: Mapping[str, str], kind: type[T]) -> T:
    """
    @raise Malformed: a parameter is missing, unknown or wrong.
    @raise NotText: there is a NUL in one.
    """
    if not all(map(is_storable, values.values())):
        raise NotText
    try:
        return msgspec.convert(values, kind, strict=False)
    except msgspec.ValidationError as e:
        raise _malformed(str(e), "parameter") from None


def _decode(name: str, value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        raise _malformed_parameter(name, "it is not UTF-8") from None


def _malformed_parameter(name: str, detail: str) -> Malformed:
    shown = name if re.fullmatch(r"\w{1,64}", name) else ""
    return Malformed(shown, Fault(parameter=shown, detail=detail))


def _malformed(complaint: str, where: Literal["pointer", "parameter"]) -> Malformed:
    """
    @param complaint: msgspec's error message. It may quote the request, so only the client may read it.
    """
    found = _COMPLAINT.fullmatch(complaint)
    assert found is not None
    steps = [name or index for name, index in _STEP.findall(found["place"] or "")]
    field = _FIELD.search(complaint)
    if field is not None:
        steps.append(field[1])
    fault: Any = Fault(detail=found["text"])
    if where == "pointer":
        fault.pointer = "".join(f"/{step}" for step in steps)
    else:
        fault.parameter = steps[-1] if steps else ""
    return Malformed(steps[-1] if steps else "body" if where == "pointer" else "", fault)
