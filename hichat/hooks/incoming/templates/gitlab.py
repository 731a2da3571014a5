"""
What GitLab tells of a project: https://docs.gitlab.com/user/project/integrations/webhook_events/.

Of pipelines and jobs their ends are shown, of jobs only failures. An event that is unknown here is one line with its
name.
"""

from __future__ import annotations

from hichat.core.words import Words
from hichat.hooks.incoming.markup import bold, code, lines, linked, literal, one_line
from hichat.hooks.incoming.message import items_of
from hichat.hooks.incoming.templates.telling import Happening, at, excerpt, number_at, some, text_at, titled
from hichat.hooks.incoming.words import (
    CHANGES,
    CODE_SNIPPET,
    COMMENTED,
    COMMIT,
    ISSUE,
    JOB,
    PIPELINE,
    PUSHED,
    RAN,
    REQUEST,
    SOMEBODY,
    UNKNOWN_EVENT,
    text_of,
)

COMMITS_LISTED = 10

_NO_COMMIT = "0" * 40
_RESULTS = {"success": "success", "failed": "failure", "canceled": "cancelled"}
_ISSUE_ACTIONS = {"open": "opened", "close": "closed", "reopen": "reopened"}
_REQUEST_ACTIONS = {"approval": "approved", "unapproval": "unapproved"}


def tell_gitlab(told: Happening) -> str:
    """@return: what is shown; empty: nothing is."""
    kind = text_at(told.payload, "object_kind") or text_at(told.payload, "event_name")
    shown = _SHOWN.get(kind)
    if shown:
        text = shown(told)
    else:
        name = " ".join(
            filter(None, (kind.replace("_", " ") or told.event, text_at(told.payload, "object_attributes", "action")))
        )
        text = _say(told, UNKNOWN_EVENT, event=one_line(name, 100)) if name else ""
    return f"{_project(told)}: {text}" if text else ""


def _project(told: Happening) -> str:
    project = at(told.payload, "project") or at(told.payload, "group")
    name = text_at(project, "path_with_namespace") or text_at(project, "full_path") or text_at(project, "name")
    return bold(linked(literal(name or "GitLab"), text_at(project, "web_url")))


def _say(told: Happening, words: Words, **fields: object) -> str:
    user = at(told.payload, "user")
    name = text_at(user, "name") or text_at(told.payload, "user_name") or text_at(user, "username")
    return text_of(words, told.language, who=one_line(name, 100) or SOMEBODY.text(told.language), **fields)


def _push(told: Happening) -> str:
    payload = told.payload
    kind, _, name = text_at(payload, "ref").removeprefix("refs/").partition("/")
    after, before = text_at(payload, "after"), text_at(payload, "before")
    base = text_at(payload, "project", "web_url")
    place = code(name)
    if after == _NO_COMMIT:
        return _say(told, PUSHED["untagged" if kind == "tags" else "deleted"], branch=place)
    if kind == "tags":
        return _say(told, PUSHED["tagged"], branch=linked(place, f"{base}/-/tags/{name}" if base else ""))
    count = number_at(payload, "total_commits_count")
    commits = items_of(at(payload, "commits"))
    words = PUSHED["created" if not count else "one" if count == 1 else "many"]
    where = f"{base}/-/compare/{before}...{after}" if base and before != _NO_COMMIT else f"{base}/-/commits/{name}"
    head = _say(told, words, branch=linked(place, where if base else ""), count=count)
    return lines((head, *some(map(_commit, commits), COMMITS_LISTED, told.language, count)))


def _commit(commit: object) -> str:
    title = text_at(commit, "title") or text_at(commit, "message").strip().partition("\n")[0]
    author = one_line(text_at(commit, "author", "name"), 60)
    short = linked(code(text_at(commit, "id")[:8]), text_at(commit, "url"))
    return f"- {short} {one_line(title, 120)}{f' — {author}' if author else ''}"


def _merge_request(told: Happening) -> str:
    found = at(told.payload, "object_attributes")
    action = text_at(found, "action")
    words = CHANGES["merge_request"].get(_REQUEST_ACTIONS.get(action, action))
    if words is None:
        return ""
    what = titled(f"!{number_at(found, 'iid')}", text_at(found, "title"), text_at(found, "url"))
    return lines((_say(told, words, what=what), excerpt(text_at(found, "description")) if action == "open" else ""))


def _issue(told: Happening) -> str:
    found = at(told.payload, "object_attributes")
    action = _ISSUE_ACTIONS.get(text_at(found, "action"), "")
    # Whoever may read the group is not always one of those who may read a confidential issue.
    if not action or at(found, "confidential") is True:
        return ""
    what = titled(f"#{number_at(found, 'iid')}", text_at(found, "title"), text_at(found, "url"))
    body = excerpt(text_at(found, "description")) if action == "opened" else ""
    return lines((_say(told, CHANGES["issue"][action], what=what), body))


def _note(told: Happening) -> str:
    note = at(told.payload, "object_attributes")
    if at(note, "internal") is True or at(told.payload, "issue", "confidential") is True or at(note, "system") is True:
        return ""
    # Updates of a note have an action, too.
    if text_at(note, "action") == "update":
        return ""
    for name, sign, words in (("merge_request", "!", REQUEST), ("issue", "#", ISSUE), ("snippet", "$", CODE_SNIPPET)):
        item = at(told.payload, name)
        if item:
            number = number_at(item, "iid") or number_at(item, "id")
            what = text_of(words, told.language, what=titled(f"{sign}{number}", text_at(item, "title"), ""))
            break
    else:
        short = code(text_at(told.payload, "commit", "id")[:8])
        what = text_of(COMMIT, told.language, what=short).strip()
    head = _say(told, COMMENTED, what=linked(what, text_at(note, "url")))
    return lines((head, excerpt(text_at(note, "note"))))


def _pipeline(told: Happening) -> str:
    found = at(told.payload, "object_attributes")
    result = _RESULTS.get(text_at(found, "status"))
    if result is None:
        return ""
    base = text_at(told.payload, "project", "web_url")
    number = number_at(found, "id")
    address = text_at(found, "url") or (f"{base}/-/pipelines/{number}" if base else "")
    what = text_of(PIPELINE, told.language, what=linked(literal(f"#{number}"), address))
    return _say(told, RAN[result], what=what, where=code(text_at(found, "ref")) or "?")


def _job(told: Happening) -> str:
    # A job that may fail is not worth a message.
    if text_at(told.payload, "build_status") != "failed" or at(told.payload, "build_allow_failure") is True:
        return ""
    base = text_at(told.payload, "project", "web_url") or text_at(told.payload, "repository", "homepage")
    address = f"{base}/-/jobs/{number_at(told.payload, 'build_id')}" if base else ""
    name = f"{text_at(told.payload, 'build_stage')}/{text_at(told.payload, 'build_name')}".strip("/")
    what = text_of(JOB, told.language, what=linked(one_line(name, 100), address))
    return _say(told, RAN["failure"], what=what, where=code(text_at(told.payload, "ref")) or "?")


def _release(told: Happening) -> str:
    if text_at(told.payload, "action") != "create":
        return ""
    title = text_at(told.payload, "name") or text_at(told.payload, "tag")
    what = bold(titled("", title, text_at(told.payload, "url")))
    head = _say(told, CHANGES["release"]["create"], what=what)
    return lines((head, excerpt(text_at(told.payload, "description"))))


_SHOWN = {
    "push": _push,
    "tag_push": _push,
    "merge_request": _merge_request,
    "issue": _issue,
    "work_item": _issue,
    "note": _note,
    "pipeline": _pipeline,
    "build": _job,
    "release": _release,
}
