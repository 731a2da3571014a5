"""
HiChat: an instant-messaging daemon.

The map, in the order a message travels::

    pipeline/gateway    WebSocket connections: authenticates the client, and parses its frames
    pipeline/ledger     writes the one log: checks rights, gives numbers, commits many at a time in a process of its own
    pipeline/plane      a bounded queue, a UDP writer, a datagram protocol; routing repairs the loss of a datagram
    pipeline/routing    delivers batches from the plane, in order and once, to users who are online
    pipeline/gateway    ... on every device of every recipient

The rooms, from the doors down; each imports only from rooms below it::

    tap                 the door of C{twistd hichat}: options, makeService
    cli                 the door of the C{hichat} command
    shell               the parser of C{hichat}: its help, its manual pages, what shells need to complete its lines
    bench               measures a daemon from outside
    admin               an administrator's commands: they work on the state directory, beside a daemon or without one
    daemon              settings; puts the parts together, starts and stops them; several workers
    v1                  all that only clients of v1 need: calls, forms, uploads, answers, frames, connections
    web/browser         the web client: its files, and the session that a browser keeps in a cookie
    web/docs            pages and documents about the protocols; the pages at C{/docs}, whose Markdown is in C{docs}
    web/api             the v2 HTTP API: an operation is declared once; route, checks and document come from it
    web                 HTTP: requests, callers, problems, proxies, uploads, the upgrade to WebSocket
    plugins             what Python packages add to the daemon, each in a child process
    plugin              what the authors of plugins import
    bridges             C{hichat bridge}: groups and other networks, by a Matterbridge; a client like any other
    terminal            C{hichat chat}
    client              the Python client library
    imports             people, groups and messages of other servers, brought into the log; this one's, written out
    personal            a user's own data: all of it as a ZIP, and what is removed after an account was deleted
    commands            C{/name}: the built-in ones, those of bots, and buttons under messages
    hooks               messages that other programs send to a group's address; events that are POSTed to others
    pipeline            as above; the gateway asks routing, and the ledger counts drafts with the plane's intake
    keeping             how long messages are kept, holds, and blanking what is too old
    search              finding messages by their words: an index that follows the log, and queries that check its hits
    reports             users report messages and people; moderators look at copies, and close the reports
    wire                frames of v2 and of WebSockets, as bytes and as values; a message's stored form, and its look
    media               uploaded files: their types, the users who may see them, removing unused ones
    conversations       catching up, history, lists, marks, unread counts, users' settings for a conversation
    bots                accounts that are programs: making them, their tokens, taking them into groups
    groups              groups, membership, joining, moderation, and the rights to each
    contacts            contacts, requests to be one, blocks, and the rights to each
    signin              the ways to sign in: second factors, recovery codes, remembered devices, tickets between steps
    mail                e-mail to users: verified addresses, forgotten passwords, notices; a queue, sent by SMTP
    accounts            users, names, passwords, devices, sessions, tokens, invites
    audit               who did what to whom, from where, with what outcome: an append-only table, and lines in the log
    cluster             several daemons of one store: their numbers, which of them does what, how they hear each other
    fetching            asking HTTP servers at URLs that users give: public addresses only, bounded
    log                 the log's rows: reading them, an index by conversation, followers, epochs
    storage             engine, threads, tables, migrations, many rows at once, fingerprints of the store's keys
    runtime             services of a process: children, neighbours, clocks, limits, logs, metrics, keys, signals
    core                the table of kinds, events, drafts, rights, errors, text, emoji, and the ports between rooms
"""

__version__ = "0.1.0"
