"""
The client side: HTTP calls of v1 in L{hichat.client.http}, the WebSocket of v2 in L{hichat.client.connection}, and the
terminal in L{hichat.client.terminal}.
"""
