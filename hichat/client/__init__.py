"""
The client library for v2: HTTP calls in L{hichat.client.http}, the WebSocket in L{hichat.client.connection}. The
terminal, L{hichat.terminal.chat}, is built on it.
"""
