"""
HiChat: an instant-messaging daemon.

The map, in the order a message travels::

    pipeline/gateway    WebSocket connections: who is this, is the frame well formed
    pipeline/ledger     the one log: who may, which number, made durable many at a time, in a process of its own
    pipeline/plane      a bounded queue, a UDP writer, a datagram protocol; a lost datagram costs nothing: see routing
    pipeline/routing    what comes off the plane goes, in order and once, to who is online
    pipeline/gateway    ... on every device of every recipient
"""

__version__ = "0.1.0"
