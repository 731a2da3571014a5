"""C{twistd hichat}."""

from typing import Any

from twisted.application.service import ServiceMaker


class _Maker(ServiceMaker):
    @property
    def options(self) -> Any:
        """What twistd asks for first, and only if the command is ours."""
        from hichat.runtime import signals

        # Before the rest is loaded, which takes a while.
        signals.ignore()
        return super().options


hichat = _Maker("HiChat", "hichat.tap", "An instant-messaging daemon.", "hichat")
