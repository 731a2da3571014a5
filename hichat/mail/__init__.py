"""
E-mail to users: verified addresses, links for those who forgot their password, notices of what happened to an account.

A mail waits in the table C{mails}, which has no secret: codes are made from it and a key when the mail is sent. One
daemon sends them, for all.
"""
