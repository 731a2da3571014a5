"""
The client side, all of it v2: HTTP calls in L{hichat.client.http}, the WebSocket in L{hichat.client.connection}, and
the terminal in L{hichat.terminal.chat}.
"""
