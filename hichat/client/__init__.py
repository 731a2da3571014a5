"""
The client library for v2. What it decides is in modules without I/O: the conversation over the WebSocket in
L{hichat.client.core}, the HTTP calls in L{hichat.client.calls}. A face brings the I/O: for Twisted
L{hichat.client.connection} and L{hichat.client.http}, for asyncio L{hichat.client.aio}, which has bots, too. The
terminal, L{hichat.terminal.chat}, is built on that for Twisted.
"""
