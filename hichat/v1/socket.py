"""The door of v1's WebSocket: it is opened to those only who are known already."""

from __future__ import annotations

from typing import cast

from twisted.internet.defer import CancelledError, Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET, Request

from hichat.accounts.recognising import Recogniser
from hichat.accounts.tokens import Claims
from hichat.core.errors import Busy, SignedOut, StoreAway, TooManyConnections, Unauthorized
from hichat.pipeline.gateway.connection import ChatFactory, ChatProtocol
from hichat.pipeline.routing.delivery import Met
from hichat.v1.answers import tell
from hichat.v1.connection import V1Protocol
from hichat.v1.credentials import credentials
from hichat.v1.words import DEFAULT_OF_V1
from hichat.web.answers import answer_json, language, say_when
from hichat.web.sockets import Admission, take_over

_log = Logger()


class SocketResource(Resource):
    """
    C{GET /v1/user/SendUserMsg?userId=U&token=T}.

    @param recogniser: knows whose a token is.
    """

    isLeaf = True

    def __init__(self, factory: ChatFactory, recogniser: Recogniser) -> None:
        super().__init__()
        self._factory = factory
        self._recogniser = recogniser

    def render_GET(self, request: Request) -> int:
        """Authenticate, then upgrade; without a good token 401 (v1 contract, Conventions)."""
        work = Deferred.fromCoroutine(self._upgrade(request))
        request.notifyFinish().addErrback(lambda _gone: work.cancel())
        work.addErrback(self._failed, request)
        return NOT_DONE_YET

    async def _upgrade(self, request: Request) -> None:
        try:
            claims = await self._recogniser.arriving(*credentials(request))
            token = {"login": claims.session, "bound": claims.device}
            # Whether that is so is seen with what is needed of the user anyway.
            met = await self._factory.routing.meet(claims.user, claims.generation, **token)
        except Unauthorized as e:
            self._refuse(request, e)
            return
        except SignedOut:
            self._refuse(request, Unauthorized().of(claims.user, claims.device))
            return
        if self._factory.roster.is_full(claims.user):
            answer_json(request, {"message": tell(request, TooManyConnections())}, TooManyConnections.status)
            return
        self._recogniser.note_use(claims.device, met.arrived.used_at)
        admission = _V1Admission(self._factory, request, claims, met)
        answer = take_over(request, admission)
        if isinstance(answer, bytes):
            request.write(answer)
            request.finish()

    def _refuse(self, request: Request, error: Unauthorized) -> None:
        if error.user:
            self._factory.inlet.refused(error.user, error.device, error.code)
        answer_json(request, {"message": tell(request, error)}, error.status)

    def _failed(self, failure: Failure, request: Request) -> None:
        if failure.check(CancelledError):
            return
        error = failure.value if isinstance(failure.value, StoreAway) else Busy()
        if isinstance(error, Busy):
            _log.failure("a WebSocket could not be opened", failure)
        if request.channel is not None and request.channel.transport is not None:
            say_when(request, error)
            answer_json(request, {"message": tell(request, error)}, error.status)


class _V1Admission(Admission):
    """Stands in for the factory, for one connection whose user is known."""

    def __init__(self, factory: ChatFactory, request: Request, claims: Claims, met: Met) -> None:
        super().__init__(factory, request)
        self._claims = claims
        self._met = met

    def admit(self, protocol: ChatProtocol) -> None:
        """See L{Admission.admit}."""
        claims, said = self._claims, language(self._request, DEFAULT_OF_V1)
        arrived = cast(V1Protocol, protocol)
        arrived.admit(claims.user, claims.generation, self._met, said, claims.device, claims.session)
