"""
What GitHub tells of a repository: https://docs.github.com/webhooks/webhook-events-and-payloads.

What changes often and says little, such as labels, is taken and not shown: L{QUIET}, and actions that L{CHANGES} does
not have. An event that is unknown here is one line with its name.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

from hichat.core.words import Words
from hichat.hooks.incoming.markup import bold, code, lines, linked, literal, one_line
from hichat.hooks.incoming.message import items_of, said
from hichat.hooks.incoming.templates.telling import Happening, at, excerpt, number_at, some, text_at, titled
from hichat.hooks.incoming.words import (
    CHANGES,
    COMMENTED,
    CONNECTED,
    DEPLOYED,
    FORKED,
    ISSUE,
    MADE_PUBLIC,
    PULL,
    PUSHED,
    RAN,
    SOMEBODY,
    STARRED,
    UNKNOWN_EVENT,
    text_of,
)

COMMITS_SHOWN = 10

QUIET = frozenset(
    {
        "branch_protection_rule",
        "check_suite",
        "create",
        "delete",
        "deployment",
        "label",
        "milestone",
        "page_build",
        "pull_request_review_thread",
        "repository_dispatch",
        "sub_issues",
        "watch",
        "workflow_dispatch",
        "workflow_job",
    }
)
"""Events that are not shown. Branches and tags are made and deleted by pushes, too, which are shown."""


def signed_by_github(body: bytes, secret: str, signature: str) -> bool:
    """
    @param signature: the header C{X-Hub-Signature-256}.
    @return: whether it is that of the body.
    """
    right = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(f"sha256={right}".encode(), signature.strip().encode())


def tell_github(told: Happening) -> str:
    """@return: what is shown; empty: nothing is."""
    shown = _SHOWN.get(told.event)
    if shown:
        text = shown(told)
    elif told.event in QUIET or not told.event:
        text = ""
    else:
        name = " ".join(filter(None, (told.event.replace("_", " "), text_at(told.payload, "action").replace("_", " "))))
        text = _say(told, UNKNOWN_EVENT, event=one_line(name, 100))
    return f"{_repository(told)}: {text}" if text else ""


def _repository(told: Happening) -> str:
    found = at(told.payload, "repository") or at(told.payload, "organization")
    name = text_at(found, "full_name") or text_at(found, "login") or "GitHub"
    return bold(linked(literal(name), text_at(found, "html_url")))


def _person(told: Happening, user: object) -> str:
    login = text_at(user, "login")
    return linked(literal(login), text_at(user, "html_url")) if login else SOMEBODY.text(told.language)


def _say(told: Happening, words: Words, **fields: object) -> str:
    return text_of(words, told.language, **{"who": _person(told, at(told.payload, "sender")), **fields})


def _push(told: Happening) -> str:
    payload = told.payload
    kind, _, name = text_at(payload, "ref").removeprefix("refs/").partition("/")
    compare = text_at(payload, "compare")
    deleted = at(payload, "deleted") is True
    place = code(name)
    if kind == "tags":
        return _say(
            told, PUSHED["untagged" if deleted else "tagged"], branch=place if deleted else linked(place, compare)
        )
    if deleted:
        return _say(told, PUSHED["deleted"], branch=place)
    commits = items_of(at(payload, "commits"), 2048)
    if at(payload, "forced") is True:
        said_first = PUSHED["forced"]
    elif not commits:
        said_first = PUSHED["created"]
    else:
        said_first = PUSHED["one" if len(commits) == 1 else "many"]
    head = _say(told, said_first, branch=linked(place, compare), count=len(commits))
    return lines((head, *some(map(_commit, commits), COMMITS_SHOWN, told.language)))


def _commit(commit: object) -> str:
    message = text_at(commit, "message").strip().partition("\n")[0]
    author = text_at(commit, "author", "username") or text_at(commit, "author", "name")
    short = linked(code(text_at(commit, "id")[:7]), text_at(commit, "url"))
    return f"- {short} {one_line(message, 120)}{f' — {one_line(author, 60)}' if author else ''}"


def _item(told: Happening, name: str) -> str:
    found = at(told.payload, name)
    return titled(f"#{number_at(found, 'number')}", text_at(found, "title"), text_at(found, "html_url"))


def _changed(told: Happening, kind: str, name: str, action: str) -> str:
    words = CHANGES[kind].get(action)
    if words is None:
        return ""
    body = text_at(told.payload, name, "body") if action in {"opened", "created"} else ""
    return lines((_say(told, words, what=_item(told, name)), excerpt(body)))


def _pull_request(told: Happening) -> str:
    action = text_at(told.payload, "action")
    if action == "closed" and at(told.payload, "pull_request", "merged") is True:
        action = "merged"
    return _changed(told, "pull_request", "pull_request", action)


def _review(told: Happening) -> str:
    review = at(told.payload, "review")
    action, state = text_at(told.payload, "action"), text_at(review, "state").lower()
    words = CHANGES["review"].get("dismissed" if action == "dismissed" else state)
    # A review that has neither a text nor a verdict comes with its comments, which are shown.
    if (
        action not in {"submitted", "dismissed"}
        or words is None
        or (state == "commented" and not text_at(review, "body"))
    ):
        return ""
    what = linked(_pull(told), text_at(review, "html_url"))
    return lines((_say(told, words, what=what), excerpt(text_at(review, "body"))))


def _pull(told: Happening) -> str:
    found = at(told.payload, "pull_request")
    return text_of(PULL, told.language, what=titled(f"#{number_at(found, 'number')}", text_at(found, "title"), ""))


def _commented(told: Happening, what: str) -> str:
    if text_at(told.payload, "action") != "created":
        return ""
    comment = at(told.payload, "comment")
    head = _say(told, COMMENTED, what=linked(what, text_at(comment, "html_url")))
    return lines((head, excerpt(text_at(comment, "body"))))


def _issue_comment(told: Happening) -> str:
    issue = at(told.payload, "issue")
    title = titled(f"#{number_at(issue, 'number')}", text_at(issue, "title"), "")
    words = PULL if at(issue, "pull_request") else ISSUE
    return _commented(told, text_of(words, told.language, what=title))


def _discussion_comment(told: Happening) -> str:
    found = at(told.payload, "discussion")
    return _commented(told, titled(f"#{number_at(found, 'number')}", text_at(found, "title"), ""))


def _release(told: Happening) -> str:
    words = CHANGES["release"].get(text_at(told.payload, "action"))
    if words is None:
        return ""
    release = at(told.payload, "release")
    title = text_at(release, "name") or text_at(release, "tag_name")
    what = bold(titled("", title, text_at(release, "html_url")))
    return lines((_say(told, words, what=what), excerpt(text_at(release, "body"))))


def _outcome(told: Happening, run: object, shown: frozenset[str], branch: str) -> str:
    """@param shown: the conclusions that are shown."""
    conclusion = text_at(run, "conclusion")
    if text_at(told.payload, "action") != "completed" or conclusion not in shown:
        return ""
    what = titled("", text_at(run, "name") or text_at(run, "display_title"), text_at(run, "html_url"))
    return _say(told, RAN[conclusion], what=what, where=code(branch) or "?")


def _workflow_run(told: Happening) -> str:
    run = at(told.payload, "workflow_run")
    return _outcome(told, run, frozenset(RAN), text_at(run, "head_branch"))


def _check_run(told: Happening) -> str:
    # Successes are many, and workflow_run tells of them together.
    run = at(told.payload, "check_run")
    branch = text_at(run, "check_suite", "head_branch") or text_at(run, "head_sha")[:7]
    return _outcome(told, run, frozenset(RAN) - {"success", "cancelled"}, branch)


def _status(told: Happening) -> str:
    state = text_at(told.payload, "state")
    if state not in {"failure", "error"}:
        return ""
    branches: list[Any] = items_of(at(told.payload, "branches"))
    where = text_at(branches[0], "name") if branches else text_at(told.payload, "sha")[:7]
    title = " ".join((text_at(told.payload, "context"), text_at(told.payload, "description")))
    return _say(
        told, RAN["failure"], what=titled("", title, text_at(told.payload, "target_url")), where=code(where) or "?"
    )


_STATES = {"success": "✅", "failure": "❌", "error": "❌"}


def _deployment_status(told: Happening) -> str:
    found = at(told.payload, "deployment_status")
    state = text_at(found, "state")
    if state not in _STATES:
        return ""
    address = text_at(found, "environment_url") or text_at(found, "log_url") or text_at(found, "target_url")
    where = linked(one_line(text_at(found, "environment"), 100), address)
    return _say(told, DEPLOYED, icon=_STATES[state], where=where, state=state)


def _fork(told: Happening) -> str:
    fork = at(told.payload, "forkee")
    return _say(told, FORKED, what=linked(literal(text_at(fork, "full_name")), text_at(fork, "html_url")))


def _star(told: Happening) -> str:
    return _say(told, STARRED) if text_at(told.payload, "action") == "created" else ""


_SHOWN = {
    "ping": lambda told: text_of(CONNECTED, told.language, what=one_line(said(told.payload.get("zen")))),
    "push": _push,
    "pull_request": _pull_request,
    "pull_request_review": _review,
    "pull_request_review_comment": lambda told: _commented(told, _pull(told)),
    "issues": lambda told: _changed(told, "issue", "issue", text_at(told.payload, "action")),
    "issue_comment": _issue_comment,
    "commit_comment": lambda told: _commented(told, code(text_at(told.payload, "comment", "commit_id")[:7])),
    "discussion": lambda told: _changed(told, "discussion", "discussion", text_at(told.payload, "action")),
    "discussion_comment": _discussion_comment,
    "release": _release,
    "workflow_run": _workflow_run,
    "check_run": _check_run,
    "status": _status,
    "deployment_status": _deployment_status,
    "fork": _fork,
    "star": _star,
    "public": lambda told: _say(told, MADE_PUBLIC),
}
