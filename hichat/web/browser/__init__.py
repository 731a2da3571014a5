"""
The web client: its sources in C{app}, the files in C{built} that C{tests/browser/build} makes of them and the daemon
serves, and the session that a browser keeps in a cookie.

The map of C{app}, in the order in which an event goes from the network to the screen::

    hub        one connection for all tabs: session, WebSocket, outbox             (a SharedWorker where there is one)
    model      a tab's state: conversations, people, groups, contacts              (no DOM)
    screens    the screens, a folder for each                                      (Preact and htm)
    parts      components that several screens use: avatars, dialogs, text
    words      the texts, in English and in Chinese
    service    opens the page without a network, and finds other versions of it    (a service worker)
    style      the style sheets: tokens are the only place with colours and sizes

C{tests/browser/check} lints the JavaScript, tests C{hub} and C{model} under Node, and compares C{built} with the
sources.
"""
