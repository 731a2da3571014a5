"""
The web client: its files (C{app}, what a browser runs), and the session that a browser keeps in a cookie.

The map of C{app}, in the order in which an event comes to the eye::

    hub        one connection for all tabs: session, WebSocket, outbox             (a SharedWorker where there is one)
    model      what a tab knows: conversations, people, groups, contacts           (no DOM)
    screens    what is seen, a folder a screen                                     (Preact and htm, from vendor)
    parts      what several screens are made of: avatars, dialogs, text
    words      what it says, in English and in Chinese
    style      how it looks: tokens are the only place with colours and sizes

C{tests/browser/check} lints the JavaScript and tests C{hub} and C{model} under Node.
"""
