"""The HTTP calls of v1, as existing clients make them."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from functools import wraps
from typing import IO, Any, Concatenate, cast

import msgspec
from twisted.logger import Logger
from twisted.python.failure import Failure
from twisted.web.resource import Resource

from hichat.accounts.fields import id_of
from hichat.accounts.tokens import Claims
from hichat.accounts.users import User
from hichat.audit.book import recorded
from hichat.audit.entries import Entry
from hichat.core.errors import (
    Broken,
    ForeignAccount,
    InvalidField,
    MalformedForm,
    MethodNotTaken,
    NoSuchAddress,
    NotByAppPassword,
    Refused,
    Unauthorized,
    V1Off,
)
from hichat.core.words import Words
from hichat.groups.queries import Group
from hichat.log.by_conversation import pair_history
from hichat.v1.answers import failed_in_both_spellings, refused, rows, tell
from hichat.v1.complaints import complain
from hichat.v1.credentials import credentials
from hichat.v1.forms import integer, read_form, read_urlencoded, required
from hichat.v1.phones import given_phone, shown_phone
from hichat.v1.uploads import copy_of_form
from hichat.v1.user_list import Pieces, UserList
from hichat.v1.words import (
    BEFRIENDED,
    DELETED,
    GROUP_MADE,
    JOINED,
    LOGGED_IN,
    REGISTERED,
    UPDATED,
    UPLOADED,
)
from hichat.web.answers import to_json
from hichat.web.credentials import is_forwarded, peer
from hichat.web.routes import Route, Routes
from hichat.web.services import ApiServices
from hichat.web.site import FORM_LIMIT, Request

OLD_PASSWORD = "oldPassword"  # noqa: S105
"""The field that this server adds to the contract: see L{Guard.confirm}."""

_TRUE = frozenset(("true", "1"))

Call = Callable[Concatenate["V1Calls", Request, ...], Awaitable[bytes | Resource]]
Refusal = Callable[[Request, Refused], bytes]


def _in_lower_case(request: Request, error: Refused) -> bytes:
    """A refusal of a business call."""
    return to_json(request, refused(request, error))


def _in_both_cases(request: Request, error: Refused) -> bytes:
    """A refusal of a call whose other answers have upper-case keys."""
    return to_json(request, failed_in_both_spellings(tell(request, error)))


def _with_status(request: Request, error: Refused) -> bytes:
    """A refusal of the calls that change an account: only what these refuse with has a status of its own."""
    statuses: list[tuple[type[Refused], int]] = [(ForeignAccount, 500), (InvalidField, 400), (MalformedForm, 400)]
    status = next((number for kind, number in statuses if isinstance(error, kind)), 200)
    return to_json(request, refused(request, error), status)


def _call(refusal: Refusal) -> Callable[[Call], Call]:
    """Make what a call raises an answer."""

    def decorate(call: Call) -> Call:
        @wraps(call)
        async def answered(self: V1Calls, request: Request, *args: Any) -> bytes | Resource:
            try:
                return await call(self, request, *args)
            except Unauthorized as e:
                return to_json(request, {"message": tell(request, e)}, 401)
            except Refused as e:
                return refusal(request, e)

        return answered

    return decorate


def _authenticated(
    call: Callable[[V1Calls, Request, User], Awaitable[bytes | Resource]],
) -> Callable[[V1Calls, Request], Awaitable[bytes | Resource]]:
    """Give the call the user who makes it; nobody else gets as far."""

    @wraps(call)
    async def authenticated(self: V1Calls, request: Request) -> bytes | Resource:
        user = await self.services.accounts.recogniser.authenticate(*credentials(request))
        request.called_by(user.id)
        return await call(self, request, user)

    return authenticated


def _authenticated_v1(
    call: Callable[[V1Calls, Request, User, Claims], Awaitable[bytes | Resource]],
) -> Callable[[V1Calls, Request], Awaitable[bytes | Resource]]:
    """
    As L{_authenticated}, with a token for v1 only, and what that says. For what asks for the password in v2 and need
    not here: whoever has got hold of a token of v2, which is good for minutes, must not have the account by it.
    """

    @wraps(call)
    async def authenticated(self: V1Calls, request: Request) -> bytes | Resource:
        user, claims = await self.services.accounts.recogniser.authenticate_v1(*credentials(request))
        request.called_by(user.id)
        return await call(self, request, user, claims)

    return authenticated


class V1Calls:
    """
    One method a call of the contract.
    """

    _log = Logger()

    def __init__(self, services: ApiServices) -> None:
        self.services = services
        self._list = UserList(_encode_user, lambda: time.time_ns() // 1_000_000)

    @_call(_in_lower_case)
    async def register(self, request: Request) -> bytes:
        fields = _form(request)
        user = await self.services.accounts.registrar.register(
            required(fields, "name"),
            required(fields, "password"),
            fields.get("Identity", ""),
            fields.get("invite", ""),
            peer(request).address,
            is_forwarded(request),
        )
        return _done(request, REGISTERED, data=_user_row(user, oneself=True))

    @_call(_in_lower_case)
    async def log_in(self, request: Request) -> bytes:
        fields = _form(request)
        token, user = await self.services.sign_in.with_password_v1(
            required(fields, "name"), required(fields, "password"), peer(request)
        )
        return _done(request, LOGGED_IN, tokens=token, userId=user.id)

    @_call(_in_both_cases)
    @_authenticated
    async def list_users(self, request: Request, user: User) -> Pieces:
        return Pieces(await self.services.store.read(self._list.read, user))

    @_call(_with_status)
    @_authenticated_v1
    async def update(self, request: Request, user: User, claims: Claims) -> bytes:
        fields = _form(request)
        _check_own_account(fields, user)
        act = "change_password" if "password" in fields else "change_me"
        with self._recorded(act, request, user, claims):
            if user.app_password and not fields.keys().isdisjoint(("password", "email")):
                raise NotByAppPassword
            if "password" in fields:
                await self.services.accounts.guard.confirm(user, claims, fields.get(OLD_PASSWORD, ""))
            if "phone" in fields:
                fields["phone"] = given_phone(fields["phone"], user.phone)
            changed = await self.services.accounts.profiles.update(user, fields)
        return _done(request, UPDATED, data=changed.name)

    @_call(_with_status)
    @_authenticated_v1
    async def delete(self, request: Request, user: User, claims: Claims) -> bytes:
        form = _form(request)
        _check_own_account(read_urlencoded(request.uri.partition(b"?")[2]) | form, user)
        with self._recorded("delete_me", request, user, claims):
            if user.app_password:
                raise NotByAppPassword
            # Of the body only: a password has no place in a URL.
            await self.services.accounts.guard.confirm(user, claims, form.get(OLD_PASSWORD, ""))
            await self.services.accounts.deleter.delete(user)
        return _done(request, DELETED)

    def _recorded(self, act: str, request: Request, user: User, claims: Claims) -> AbstractContextManager[None]:
        """See L{recorded}. The acts are called as those of v2."""
        address = peer(request).address
        entry = Entry(act=act, actor=user.id, whose=user.id, device=claims.device, address=address, via="v1")
        return recorded(self.services.note, entry)

    @_call(_in_both_cases)
    @_authenticated
    async def history(self, request: Request, user: User) -> bytes:
        fields = _form(request)
        one, other = (id_of(required(fields, name), name) for name in ("userIdA", "userIdB"))
        if user.id not in (one, other):
            raise ForeignAccount
        start, end = integer(fields, "start", 0), integer(fields, "end", -1)
        oldest_first = fields.get("isRev", "").lower() in _TRUE
        bodies = await self.services.store.read(pair_history, one, other, start, end, oldest_first)
        return to_json(request, rows("ok", [body.decode("utf-8", "replace") for body in bodies]))

    @_call(_in_both_cases)
    @_authenticated
    async def list_friends(self, request: Request, user: User) -> bytes:
        _check_own_id(_form(request), "userId", user)
        friends = await self.services.contacts.friends(user)
        return to_json(request, rows(_user_rows(friends, user), len(friends)))

    @_call(_in_lower_case)
    @_authenticated
    async def add_friend(self, request: Request, user: User) -> bytes:
        fields = _form(request)
        _check_own_id(fields, "userId", user)
        await self.services.contacts.add(user, required(fields, "targetName"))
        return _done(request, BEFRIENDED)

    @_call(_in_lower_case)
    @_authenticated
    async def make_group(self, request: Request, user: User) -> bytes:
        fields = _form(request)
        _check_own_id(fields, "ownerId", user)
        await self.services.groups.create(
            user, required(fields, "name"), integer(fields, "cate", 0), fields.get("icon", ""), fields.get("desc", "")
        )
        return _done(request, GROUP_MADE)

    @_call(_in_both_cases)
    @_authenticated
    async def list_groups(self, request: Request, user: User) -> bytes:
        _check_own_id(_form(request), "ownerId", user)
        joined = await self.services.groups.joined(user)
        return to_json(request, rows([_group_row(group) for group in joined], len(joined)))

    @_call(_in_lower_case)
    @_authenticated
    async def join_group(self, request: Request, user: User) -> bytes:
        fields = _form(request)
        _check_own_id(fields, "userId", user)
        await self.services.groups.join(user, required(fields, "comId"))
        return _done(request, JOINED)

    @_call(_in_both_cases)
    @_authenticated
    async def upload(self, request: Request, user: User) -> bytes:
        copy = copy_of_form(_content(request), request.getHeader("content-type"))
        found = await self.services.media.save(user, copy, playable=True)
        answer = {"Code": 0, "Data": self.services.media.open_url(found), "Msg": tell(request, UPLOADED)}
        return to_json(request, answer)

    def routes(self) -> Routes:
        """@return: a leaf that answers all calls."""
        return Routes(
            (
                Route("POST", "/v1/user/new", self.register),
                Route("POST", "/v1/user/login_pw", self.log_in),
                Route("GET", "/v1/user/list", self.list_users),
                # The contract's spelling.
                Route("POST", "/v1/user/updata", self.update),
                Route("DELETE", "/v1/user/delete", self.delete),
                Route("POST", "/v1/user/redisMsg", self.history),
                Route("POST", "/v1/relation/list", self.list_friends),
                Route("POST", "/v1/relation/add", self.add_friend),
                Route("POST", "/v1/relation/new_group", self.make_group),
                Route("POST", "/v1/relation/group_list", self.list_groups),
                Route("POST", "/v1/relation/join_group", self.join_group),
                Route("POST", "/v1/upload/image", self.upload),
            ),
            self._not_routed,
            self._call_failed,
        )

    def _not_routed(self, request: Request, allowed: Sequence[str]) -> bytes:
        if not allowed:
            return complain(request, NoSuchAddress())
        request.setHeader(b"Allow", ", ".join(allowed).encode("ascii"))
        return complain(request, MethodNotTaken())

    def _call_failed(self, request: Request, failure: Failure) -> bytes:
        self._log.failure("{method} {path} failed", failure, method=request.method, path=request.path)
        return complain(request, Broken())


class V1Gone(Resource):
    """What stands in the place of all calls where v1 is off."""

    isLeaf = True

    def render(self, request: Request) -> bytes:
        """Say so."""
        return complain(request, V1Off())


def _form(request: Request) -> dict[str, str]:
    # One byte more than the limit, to notice a longer body. The site refuses those before.
    return read_form(request.getHeader("content-type"), _content(request).read(FORM_LIMIT + 1))


def _content(request: Request) -> IO[bytes]:
    return cast(IO[bytes], request.content)


def _done(request: Request, message: Words, **more: object) -> bytes:
    return to_json(request, {"code": 0, "message": tell(request, message), **more})


def _check_own_id(fields: Mapping[str, str], name: str, user: User) -> None:
    """
    @raise InvalidField: the id was not given, or is none.
    @raise ForeignAccount: it is somebody else's.
    """
    if id_of(required(fields, name), name) != user.id:
        raise ForeignAccount


def _check_own_account(fields: Mapping[str, str], user: User) -> None:
    """@raise ForeignAccount: the id is not this user's, or is none."""
    try:
        _check_own_id(fields, "id", user)
    except InvalidField as e:
        raise ForeignAccount from e


def _time(milliseconds: int | None) -> str | None:
    """@return: RFC 3339, in UTC."""
    if milliseconds is None:
        return None
    moment = datetime.fromtimestamp(milliseconds / 1000, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _user_rows(found: list[User], viewer: User) -> list[dict[str, Any]]:
    return [_user_row(user, oneself=user.id == viewer.id) for user in found]


def _user_row(user: User, *, oneself: bool) -> dict[str, Any]:
    return {
        "ID": user.id,
        "CreatedAt": _time(user.created_at),
        "UpdatedAt": _time(user.updated_at),
        "DeletedAt": None,
        "Name": user.name,
        "Avatar": user.avatar,
        "Gender": user.gender,
        "Phone": shown_phone(user.phone) if oneself else "",
        "Email": user.email if oneself else "",
        "Identity": "",
        "ClientIp": user.client_ip if oneself else "",
        "ClientPort": user.client_port if oneself else "",
        "LoginTime": _time(user.login_at),
        "HeartBeatTime": None,
        "LoginOutTime": None,
        "IsLoginOut": False,
        "DeviceInfo": "",
        "PassWord": "",
        "Salt": "",
    }


def _encode_user(user: User, oneself: bool) -> bytes:
    return msgspec.json.encode(_user_row(user, oneself=oneself))


def _group_row(group: Group) -> dict[str, Any]:
    return {
        "ID": group.id,
        "CreatedAt": _time(group.created_at),
        "UpdatedAt": _time(group.updated_at),
        "DeletedAt": None,
        "Name": group.name,
        "OwnerId": group.owner_id,
        "Type": group.category,
        "Image": group.image,
        "Desc": group.description,
    }
