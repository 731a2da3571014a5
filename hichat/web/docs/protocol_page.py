"""
The page about the v2 protocol for people who write clients: a walk-through, then every frame.

The frames' part is made from the AsyncAPI document, so from the types. No script, and nothing from elsewhere.
"""

from __future__ import annotations

import json
import re
from functools import cache
from html import escape
from typing import Any

from hichat.web.docs import html
from hichat.web.docs.asyncapi import CLOSE_CODES, document, error_codes
from hichat.web.docs.docstrings import commonmark
from hichat.web.docs.html import fields_of, inline, json_block, table

_WALK_THROUGH = """
# Connect

Log in over HTTP: `POST /v2/login` with a JSON object of `name`, `password` and `device`; the token is the `accessToken`
of the answer. It is good for 15 minutes, in which the next one is to be had; a connection that is open stays so,
until the log-in ends. The token is bound to the device: `hello` has to name the same one, else it gets
`other_device`, and the right name will do. All about it is at `/v2/api`. (A token of the command `hichat token` does
as well. It lives for 60 days, and `hello` may name any device. One of v1 does not.)

Open a WebSocket at `/v2/ws` that offers the subprotocol `hichat.v2`. The token goes into the header `Authorization:
Bearer T`; where a client cannot set headers, as in browsers, it goes into the first frame. It is never part of the URL.

Every frame is a text frame with one JSON object, and its `op` says what it is. The server refuses fields that it does
not know, so that a misspelt one is not lost silently. A client should pass over fields and ops that it does not know: a
later server may say more. Integers fit into a double: none is larger than 2^53 - 1.

# Say hello

`hello` is the first frame, within 10 seconds. `device` is a name that your client gives itself once and keeps: a random
one is good. Counters belong to it, and a second connection of the same device ends the first when it syncs. Marks
belong to the user.

-> Hello
<- Welcome

If nothing comes from a client for 60 seconds the connection counts as dead. Most WebSocket libraries answer the
server's pings by themselves, and that is enough; if yours does not, say `ping` now and then.

# Sync

`sync` says how far you got, your *cursor*. What happened since comes in pages, oldest first; after `synced` the
connection is live and everything comes as `event`. If little was missed there are no pages: `synced` comes at once, and
what was missed follows it as events. A new client leaves `since` out: it is live from now on, and reads
what was said before with `history`.

-> Sync
<- Page
<- Synced

Before `sync` everything else may be said already, and is answered; only events do not come, and nobody sees this
connection as online or typing.

If the answer is `no_such_position` the log is another one than that of your cursor, such as an older copy that was put
back. Forget the cursor and what you made of events, `sync` without `since`, and read with `history` what is there.

# The cursor

There is one log of everything that happens, and an event's `id` is its place in it. The cursor is one number for all
conversations. Keep it where it survives a restart, together with what you made of the events.

- The cursor is the `position` of the last `page` or `synced`, or the `id` of the last `event`, whichever came last.
- It is never the `id` of an `ack`: an event with a smaller id may still be on its way then.
- `sync` brings your own messages too, and a page may bring what you know already: pass over ids that you have seen.

# Send

A conversation is named by the other person, `user`, or by a `group`, or by neither: then it is the announcements.
`ref` is yours to choose; the answer has it again. The `ack` says that the message is on the disk. The device that sent
it gets the `ack`; all other devices, your own as well, get an `event`.

-> Send
<- Ack
<- EventFrame

`media` says what it is. `text` and `emoji` need a `text` or a `url`; `picture`, `audio` and `file` need a `url`, which
is that of an upload (`POST /v2/media`) or any other. All else may be left out.

# Many at once

Frames need not wait for each other's answers. What one connection sends is written in the order in which it came, and
answered in that order, as far as it is written: what is refused is left out, and what comes behind it is not held back.
There is no bound on how many are under way; some dozens are enough. Over the `rate` of `welcome`, in frames a second,
the answer is `too_fast`: then all further frames are refused with it, for 0.25 s at least, so that none overtakes what
was refused. Wait as long as the last `retryAfter` says, then send all that was refused again, in order.

# Send again, safely

If the connection ends before the `ack` came, you cannot know whether the message was written. Give each message a
`counter`, larger than all before (1 to 2^53 - 1; the next one is one more, and some may be left out; edits, recalls and
reactions count with them), and keep the message with it until the `ack` is there. After the next `welcome` send
it again with the same counter: it is written once, however often it is sent, and a repeated one gets the first `ack`,
with `duplicate`. Another content under the same counter is an error. If a client forgot its counters, `counter` in
`welcome` is the largest that this device has used.

-> Send
<- Ack 1

# Edit, recall, react

These are events of the same log, with the same `ack` and the same counters. A reaction is one emoji, with or without
its variation selectors. Of a message that was recalled nothing is shown any more, of its reactions neither.

-> Edit
-> React
<- EventFrame 1

# In a group

What changes in a group is an event of its conversation, and all members hear it: who joined, who was removed, who may
not write. It is asked for over HTTP, see `/v2/api`. The event that ends a membership is the last one that this
user hears of the group; after `dissolved` nobody hears any more. What was said till then can still be read with
`history`. Who is invited, and whose request is turned down, hears that event, though no member.

<- EventFrame 2
<- EventFrame 3
<- EventFrame 4

# Contacts and blocks

Who is asked to be a contact hears that as an event, and so do both when it is accepted, rejected, taken back or ended.
To ask and to answer is done over HTTP, see `/v2/api`. Whom you block gets `blocked` as the answer to what
they `send`, `edit` or `react` to you; where the server is set so, who is no contact gets `not_contacts`. Between the
two there is no `typing`, no `receipt`, and to who is blocked the other is never online.

What you do for yourself alone, your other devices hear: as said by you to yourself.

<- EventFrame 5
<- EventFrame 6
<- EventFrame 7

# Received and read

`received` says up to which id a conversation has come to you, `read` up to which you have read it. Both only grow, so
one frame now and then is enough. Others get a `receipt`, in groups of up to 100 members. `marks` asks where everybody
is and how many messages you have not read.

-> Read
<- Done
<- Receipt
-> Marks
<- MarksPage

# History

`history` gives a conversation's messages as they are now: edited, with their reactions, and without the content of
those that were recalled. `before` with the smallest id that you have leads back, `after` leads forward; `more` says
whether to go on.

-> History
<- HistoryPage

# Typing and presence

Name those you see on the screen: you are told who of them is online, who comes and goes, and who is writing. The next
`watch` replaces the last. It ends with the connection. Say `typing` every few seconds while somebody types.

-> Watch
<- Presence
-> Typing
<- TypingFrame

# Errors

`error` answers a frame that was not obeyed, with that frame's `ref`. The `code` never changes and is for programs, the
`message` is for people. With `retryAfter` the same frame may work after that many seconds; without, it will not.

<- Error
<- Error 1

# Come back

A connection can end at any time. Come back after a pause that doubles each time, up to a minute or so, and is a little
random, so that not all clients come at once. Then `hello`, `sync` from the cursor, and what has no `ack` yet again. The
close codes below say when not to.
"""

_PLACE = re.compile(r"(->|<-) (\w+) ?(\d*)")


@cache
def page() -> str:
    """@return: the page."""
    parts = _walk_through(), _codes(), _frames(), _objects()
    return html.document(
        "The HiChat v2 protocol",
        '<p>For people who write clients. The same for machines: <a href="/v2/asyncapi.json">asyncapi.json</a>.</p>\n'
        f"{_contents()}<main>\n{''.join(parts)}</main>\n",
    )


def _contents() -> str:
    steps = re.findall("^# (.*)$", _WALK_THROUGH, flags=re.MULTILINE)
    lists = [("Walk-through", [(_anchor(step), escape(step)) for step in steps])]
    lists.append(("Codes", [("close-codes", "Close codes"), ("error-codes", "Error codes")]))
    for operation in document()["operations"].values():
        frames = [(name, f"<code>{_message(name)['name']}</code>") for name in _names(operation)]
        lists.append((operation["title"], frames))
    return html.contents(lists)


def _anchor(title: str) -> str:
    return re.sub("[^a-z]+", "-", title.lower())


def _walk_through() -> str:
    blocks = _WALK_THROUGH.strip().split("\n\n")
    return "<h2>Walk-through</h2>\n" + "".join(map(_block, blocks))


def _block(block: str) -> str:
    """@return: a paragraph, a heading, a list, or frames one after the other."""
    if block.startswith("# "):
        return f'<h3 id="{_anchor(block[2:])}">{escape(block[2:])}</h3>\n'
    if block.startswith("- "):
        return "<ul>\n" + "".join(f"<li>{inline(item)}</li>\n" for item in block[2:].split("\n- ")) + "</ul>\n"
    if _PLACE.match(block):
        return f"<pre>{chr(10).join(map(_exchanged, _PLACE.findall(block)))}</pre>\n"
    return f"<p>{inline(block)}</p>\n"


def _exchanged(place: tuple[str, str, str]) -> str:
    arrow, name, number = place
    payload = _message(name)["examples"][int(number or 0)]["payload"]
    who = "client" if arrow == "->" else "server"
    return f'<span class="dim">{who}</span> <code>{escape(json.dumps(payload, ensure_ascii=False), quote=False)}</code>'


def _codes() -> str:
    close = [(f"<code>{code}</code>", inline(commonmark(why))) for code, why in CLOSE_CODES.items()]
    error = [(f"<code>{code}</code>", escape(sentence)) for code, sentence in error_codes().items()]
    parts = [
        '<h2 id="close-codes">Close codes</h2>',
        table(("code", "why, and what to do"), close),
        '<h2 id="error-codes">Error codes</h2>',
        "<p>Of <code>error</code> frames. Their <code>message</code> is Chinese unless the handshake has "
        "<code>Accept-Language: en</code>.</p>",
        table(("code", "meaning"), error),
    ]
    return "\n".join(parts)


def _frames() -> str:
    parts = []
    for operation in document()["operations"].values():
        parts.append(f"<h2>{operation['title']}</h2>\n")
        parts += [_frame(name) for name in _names(operation)]
    return "".join(parts)


def _frame(name: str) -> str:
    message = _message(name)
    examples = "".join(_example(example) for example in message["examples"])
    return f'<section id="{name}">\n<h3><code>{message["name"]}</code></h3>\n{_fields(name)}{examples}</section>\n'


def _objects() -> str:
    """@return: what is part of frames."""
    names = document()["components"]["schemas"].keys() - document()["components"]["messages"].keys()
    sections = (f'<section id="{name}">\n<h3>{name}</h3>\n{_fields(name)}</section>\n' for name in sorted(names))
    return "<h2>Objects in frames</h2>\n" + "".join(sections)


def _example(example: dict[str, Any]) -> str:
    title = f": {inline(example['summary'])}" if "summary" in example else ""
    return f"<p>Example{title}</p>\n{json_block(example['payload'])}"


def _fields(name: str) -> str:
    return fields_of(document()["components"]["schemas"][name], leave_out="op")


def _names(operation: dict[str, Any]) -> list[str]:
    return [message["$ref"].rpartition("/")[2] for message in operation["messages"]]


def _message(name: str) -> dict[str, Any]:
    found: dict[str, Any] = document()["components"]["messages"][name]
    return found
