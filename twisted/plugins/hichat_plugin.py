"""C{twistd hichat}."""

from twisted.application.service import ServiceMaker

hichat = ServiceMaker("HiChat", "hichat.tap", "An instant-messaging daemon.", "hichat")
