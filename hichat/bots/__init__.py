"""Bots: accounts that are programs. A person or the server owns each; it comes with tokens, and has no password."""
