"""
HiChat: an instant-messaging daemon.

The map, in the order a message travels::

    gateway    WebSocket connections: who is this, is the frame well formed        (Autobahn protocol, sessions)
    ledger     the one log: who may, which number, made durable many at a time     (group commit, in its own process)
    plane      a bounded queue, a UDP writer, a datagram protocol                  (nothing lost: see routing)
    routing    what comes off the plane goes, in order and once, to who is online
    gateway    ... on every device of every recipient

The flow runs one way and no room reaches back. Beside it stand::

    tap        twistd options, makeService, and assemble(): the only place that puts parts together
    service    starts and stops the parts in order
    workers    several processes: their supervisor; worker: what each of them runs
    child      a process that works for the daemon, such as the log's writer
    signals    those that do not end the daemon; pidfile: what a killed one left; certificates: read again; logs
    clock      the clock of all intervals, the reactor's too: not the time of day, which jumps
    turns      the reactor's turns, measured and made cheap; flush: what a turn has for a connection, sent at once
    settings   what an operator can set, and where it came from
    events     the vocabulary of all rooms; errors: what a user can be told
    emojis     what may be a reaction
    text       what comes from outside, bounded and normalised
    protocol   every frame of the v2 WebSocket, as both sides see it
    intake     the bound on what was accepted and has not left yet
    places     how many connections there may be; work: what calls over HTTP may cost
    accounts   users, passwords, sessions      social   contacts, groups, membership
    media      uploaded files: what they are, who may see them, removing what nobody uses
    search     finding what was said: an index that follows the log, and who may see what it names
    storage    engine, threads, tables, migrations
    web        HTTP: the v1 calls, the v2 API (web/api), files, health, metrics, the web client (web/browser)
    client     the Python client library       cli      the `hichat` command       bench    measuring a daemon
"""

__version__ = "0.1.0"
