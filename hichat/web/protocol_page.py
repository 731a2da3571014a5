"""
The page about the v2 protocol for people who write clients: a walk-through, then every frame.

The frames' part is made from the AsyncAPI document, so from the types. No script, and nothing from elsewhere.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterable
from functools import cache
from html import escape
from typing import Any

from hichat.events import MAX_SAFE_INTEGER
from hichat.web.asyncapi import CLOSE_CODES, commonmark, document, error_codes

_WALK_THROUGH = """
# Connect

Log in over HTTP: `POST /v1/user/login_pw` with the form fields `name` and `password`; the token is in `tokens` of the
answer, a JSON object. Open a WebSocket at `/v2/ws` that offers the subprotocol `hichat.v2`. The token goes into the
header `Authorization: Bearer T`; where a client cannot set headers, as in browsers, it goes into the first frame. It is
never part of the URL.

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

# Send again, safely

If the connection ends before the `ack` came, you cannot know whether the message was written. Give each message a
`counter`, larger than all before, and keep the message with it until the `ack` is there. After the next `welcome` send
it again with the same counter: it is written once, however often it is sent, and a repeated one gets the first `ack`,
with `duplicate`. Another content under the same counter is an error. If a client forgot its counters, `counter` in
`welcome` is the largest that this device has used.

-> Send
<- Ack 1

# Edit, recall, react

These are events of the same log, with the same `ack` and the same counters.

-> Edit
-> React
<- EventFrame 1

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

_STYLE = """
:root{color-scheme:light dark;--text:#1c1e21;--back:#fff;--dim:#5b6168;--line:#d9dce0;--code:#f3f4f6;--link:#0b57d0}
@media(prefers-color-scheme:dark){
:root{--text:#e4e6e9;--back:#16181b;--dim:#a0a6ad;--line:#363a40;--code:#22252a;--link:#8ab4f8}}
*{box-sizing:border-box}
body{margin:0 auto;padding:1rem;max-width:60rem;font:1rem/1.5 system-ui,sans-serif;color:var(--text);
background:var(--back);overflow-wrap:break-word}
a{color:var(--link)}
h1{line-height:1.2}
h2{margin-top:3rem;border-bottom:1px solid var(--line)}
h3{margin-top:2.5rem}
code,pre{font:.875rem/1.5 ui-monospace,monospace;background:var(--code);border-radius:.25rem}
code{padding:.1em .25em}
pre{padding:.75rem;white-space:pre-wrap;overflow-wrap:anywhere}
pre code{padding:0;font:inherit}
nav ul{columns:12rem;padding-left:1.25rem}
table{width:100%;border-collapse:collapse}
th,td{padding:.4rem .75rem .4rem 0;text-align:left;vertical-align:top;border-bottom:1px solid var(--line)}
small,.dim{color:var(--dim)}
@media(max-width:40rem){
thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
tr{display:block;padding:.5rem 0;border-bottom:1px solid var(--line)}
td{display:block;padding:.1rem 0;border:0}}
"""

STYLE_HASH = "sha256-" + base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
"""What a Content-Security-Policy allows the page's style by."""

_INLINE = re.compile(r"`([^`]+)`|\*\*([^*]+)\*\*|\*([^*\s][^*]*)\*")
_PLACE = re.compile(r"(->|<-) (\w+) ?(\d*)")
_INDENT_OVER = 72
"""Characters of JSON that are shown in one line."""


@cache
def page() -> str:
    """@return: the page."""
    parts = _walk_through(), _codes(), _frames(), _objects()
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>The HiChat v2 protocol</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        "<h1>The HiChat v2 protocol</h1>\n"
        '<p>For people who write clients. The same for machines: <a href="/v2/asyncapi.json">asyncapi.json</a>.</p>\n'
        f"{_contents()}<main>\n{''.join(parts)}</main>\n</body>\n</html>\n"
    )


def _contents() -> str:
    steps = re.findall("^# (.*)$", _WALK_THROUGH, flags=re.MULTILINE)
    lists = [("Walk-through", [(_anchor(step), escape(step)) for step in steps])]
    lists.append(("Codes", [("close-codes", "Close codes"), ("error-codes", "Error codes")]))
    for operation in document()["operations"].values():
        frames = [(name, f"<code>{_message(name)['name']}</code>") for name in _names(operation)]
        lists.append((operation["title"], frames))
    return "<nav>\n" + "".join(f"<p>{title}</p>\n{_links(links)}" for title, links in lists) + "</nav>\n"


def _links(links: list[tuple[str, str]]) -> str:
    return "<ul>\n" + "".join(f'<li><a href="#{anchor}">{text}</a></li>\n' for anchor, text in links) + "</ul>\n"


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
        return "<ul>\n" + "".join(f"<li>{_inline(item)}</li>\n" for item in block[2:].split("\n- ")) + "</ul>\n"
    if _PLACE.match(block):
        return f"<pre>{chr(10).join(map(_exchanged, _PLACE.findall(block)))}</pre>\n"
    return f"<p>{_inline(block)}</p>\n"


def _exchanged(place: tuple[str, str, str]) -> str:
    arrow, name, number = place
    payload = _message(name)["examples"][int(number or 0)]["payload"]
    who = "client" if arrow == "->" else "server"
    return f'<span class="dim">{who}</span> <code>{escape(json.dumps(payload, ensure_ascii=False), quote=False)}</code>'


def _codes() -> str:
    close = [(f"<code>{code}</code>", _inline(commonmark(why))) for code, why in CLOSE_CODES.items()]
    error = [(f"<code>{code}</code>", escape(sentence)) for code, sentence in error_codes().items()]
    parts = [
        '<h2 id="close-codes">Close codes</h2>',
        _table(("code", "why, and what to do"), close),
        '<h2 id="error-codes">Error codes</h2>',
        "<p>Of <code>error</code> frames. Their <code>message</code> is Chinese unless the handshake has "
        "<code>Accept-Language: en</code>.</p>",
        _table(("code", "meaning"), error),
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
    title = f": {_inline(example['summary'])}" if "summary" in example else ""
    text = json.dumps(example["payload"], ensure_ascii=False)
    if len(text) > _INDENT_OVER:
        text = json.dumps(example["payload"], ensure_ascii=False, indent=2)
    return f"<p>Example{title}</p>\n<pre><code>{escape(text, quote=False)}</code></pre>\n"


def _fields(name: str) -> str:
    """@return: what an object is and the table of its fields."""
    schema = document()["components"]["schemas"][name]
    text = "".join(f"<p>{_inline(paragraph)}</p>\n" for paragraph in schema["description"].split("\n\n"))
    fields = {field: found for field, found in schema["properties"].items() if field != "op"}
    if not fields:
        return text
    required = schema.get("required", ())
    rows = [_row(field, found, field in required) for field, found in fields.items()]
    return text + _table(("field", "type", "bounds", "meaning"), rows)


def _row(name: str, field: dict[str, Any], required: bool) -> tuple[str, ...]:
    needed = "" if required else " <small>optional</small>"
    bounds = "; ".join(filter(None, (_bounds(field), _default(field))))
    return f"<code>{name}</code>{needed}", _type(field), bounds, _inline(field["description"])


def _type(field: dict[str, Any]) -> str:
    if "$ref" in field:
        name = field["$ref"].rpartition("/")[2]
        return f'<a href="#{name}">{name}</a>'
    if "anyOf" in field:
        return " or ".join(map(_type, field["anyOf"]))
    if "items" in field:
        return f"array of {_type(field['items'])}"
    if isinstance(field.get("additionalProperties"), dict):
        return f"object of {_type(field['additionalProperties'])}"
    return str(field.get("type", "string"))


def _bounds(field: dict[str, Any]) -> str:
    """@return: what values a field may have."""
    if "anyOf" in field:
        return "; ".join(map(_bounds, field["anyOf"]))
    found = []
    if "enum" in field:
        found.append(", ".join(f"<code>{escape(value)}</code>" for value in field["enum"]))
    found.append(_range(field.get("minimum"), field.get("maximum"), ""))
    found.append(_range(field.get("minLength"), field.get("maxLength"), " characters"))
    found.append(_range(field.get("minItems"), field.get("maxItems"), " items"))
    if "pattern" in field:
        found.append(f"<code>{escape(field['pattern'])}</code>")
    if "items" in field and (each := _bounds(field["items"])):
        found.append(f"each {each}")
    return "; ".join(filter(None, found))


def _range(least: int | None, most: int | None, unit: str) -> str:
    if most is None:
        return "" if least is None else f"at least {least}{unit}"
    return f"{_number(least)} to {_number(most)}{unit}" if least is not None else f"at most {most}{unit}"


def _number(value: int) -> str:
    power = "2<sup>53</sup> - 1"
    return {MAX_SAFE_INTEGER: power, -MAX_SAFE_INTEGER: f"-({power})"}.get(value, str(value))


def _default(field: dict[str, Any]) -> str:
    return f"if absent <code>{escape(json.dumps(field['default']))}</code>" if "default" in field else ""


def _table(heads: Iterable[str], rows: Iterable[tuple[str, ...]]) -> str:
    head = "".join(f'<th scope="col">{text}</th>' for text in heads)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>\n" for row in rows)
    return f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody>\n</table>\n"


def _inline(text: str) -> str:
    """@return: a line of CommonMark as HTML: code, strong and emphasis only."""
    return _INLINE.sub(_marked, escape(text, quote=False))


def _marked(found: re.Match[str]) -> str:
    code, strong, emphasis = found.groups()
    if code:
        return f"<code>{code}</code>"
    return f"<strong>{strong}</strong>" if strong else f"<em>{emphasis}</em>"


def _names(operation: dict[str, Any]) -> list[str]:
    return [message["$ref"].rpartition("/")[2] for message in operation["messages"]]


def _message(name: str) -> dict[str, Any]:
    found: dict[str, Any] = document()["components"]["messages"][name]
    return found
