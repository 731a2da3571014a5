"""
Outgoing hooks: events of the log, POSTed to a URL that a user has given, in order and at least once.

A hook is a follower of the log with a cursor in the store. Nothing of it is on the way of a message.
"""
