"""What GitHub, GitLab, Alertmanager and Grafana tell, as messages. The payloads have the fields that they document."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from hichat.core.errors import Language
from hichat.core.markdown import plain
from hichat.core.words import Words
from hichat.hooks.incoming import words
from hichat.hooks.incoming.templates.alerts import signed_by_grafana, tell_alertmanager, tell_grafana
from hichat.hooks.incoming.templates.github import signed_by_github, tell_github
from hichat.hooks.incoming.templates.gitlab import tell_gitlab
from hichat.hooks.incoming.templates.telling import Happening, excerpt, moment
from tests import proof

REPOSITORY = {"full_name": "ops/site", "html_url": "https://github.example/ops/site"}
SENDER = {"login": "ann_b", "html_url": "https://github.example/ann_b"}
HEAD = "**[ops/site](https://github.example/ops/site)**: "
ANN = "[ann_b](https://github.example/ann_b)"


def github(event: str, language: Language = "en", **payload: Any) -> str:
    return tell_github(Happening(event, {"repository": REPOSITORY, "sender": SENDER, **payload}, language))


class GitHubTests(SynchronousTestCase):
    def shows(self, expected: list[str], event: str, **payload: Any) -> None:
        self.assertEqual(github(event, **payload).split("\n"), expected)

    def test_ping(self) -> None:
        self.shows(
            [f"{HEAD}the hook is connected: Keep it *simple*.".replace("*", r"\*").replace(r"\*\*", "**")],
            "ping",
            zen="Keep it *simple*.",
            hook_id=1,
        )

    def test_push(self) -> None:
        commits = [
            {
                "id": f"{number}" * 40,
                "message": f"Fix *{number}*\n\nmore",
                "url": f"https://github.example/c/{number}",
                "author": {"name": "Ann B", "username": "ann_b"},
            }
            for number in range(1, 4)
        ]
        compare = "https://github.example/ops/site/compare/1...2"
        self.shows(
            [
                f"{HEAD}{ANN} pushed 3 commits to [`main`]({compare})",
                r"- [`1111111`](https://github.example/c/1) Fix \*1\* — ann_b",
                r"- [`2222222`](https://github.example/c/2) Fix \*2\* — ann_b",
                r"- [`3333333`](https://github.example/c/3) Fix \*3\* — ann_b",
            ],
            "push",
            ref="refs/heads/main",
            compare=compare,
            commits=commits,
        )
        many = github("push", ref="refs/heads/a/b", commits=commits * 10).split("\n")
        self.assertEqual(
            (len(many), many[0], many[-1]), (12, f"{HEAD}{ANN} pushed 30 commits to `a/b`", "… and 20 more")
        )
        one = github("push", ref="refs/heads/main", commits=commits[:1], language="zh")
        self.assertTrue(one.startswith(f"{HEAD}{ANN} 向 `main` 推送了 1 个提交\n"), one)

    def test_branches_and_tags(self) -> None:
        self.shows([f"{HEAD}{ANN} created the branch `x`"], "push", ref="refs/heads/x", created=True, commits=[])
        self.shows([f"{HEAD}{ANN} deleted the branch `x`"], "push", ref="refs/heads/x", deleted=True, commits=[])
        self.shows([f"{HEAD}{ANN} force-pushed `x`"], "push", ref="refs/heads/x", forced=True, commits=[])
        self.shows([f"{HEAD}{ANN} pushed the tag `v1`"], "push", ref="refs/tags/v1", created=True, commits=[])
        self.shows([f"{HEAD}{ANN} deleted the tag `v1`"], "push", ref="refs/tags/v1", deleted=True)
        self.assertEqual(github("create", ref="x", ref_type="branch"), "")

    def test_pull_request(self) -> None:
        pull = {
            "number": 12,
            "title": "Make [it] *fast*",
            "html_url": "https://github.example/p/12",
            "body": "<!-- a template -->\nIt was ![slow](https://x.example/p.png)\n- [x] done",
        }
        shown = r"[#12 Make \[it\] \*fast\*](https://github.example/p/12)"
        self.shows(
            [
                f"{HEAD}{ANN} opened the pull request {shown}",
                "> It was [slow](https://x.example/p.png)",
                "> - [x] done",
            ],
            "pull_request",
            action="opened",
            pull_request=pull,
        )
        self.shows([f"{HEAD}{ANN} closed the pull request {shown}"], "pull_request", action="closed", pull_request=pull)
        merged = {**pull, "merged": True}
        self.shows(
            [f"{HEAD}{ANN} merged the pull request {shown}"], "pull_request", action="closed", pull_request=merged
        )
        for action in ("synchronize", "labeled", "assigned", "edited", "auto_merge_enabled", ""):
            self.assertEqual(github("pull_request", action=action, pull_request=pull), "", action)
        review: dict[str, Any] = {"state": "approved", "body": "Good", "html_url": "https://github.example/r/1"}
        title = r"[the pull request #12 Make \[it\] \*fast\*](https://github.example/r/1)"
        self.shows(
            [f"{HEAD}{ANN} approved {title}", "> Good"],
            "pull_request_review",
            action="submitted",
            pull_request=pull,
            review=review,
        )
        review = {"state": "commented", "body": None, "html_url": "https://github.example/r/1"}
        self.assertEqual(github("pull_request_review", action="submitted", pull_request=pull, review=review), "")
        comment = {"body": "Why?", "html_url": "https://github.example/r/1"}
        self.shows(
            [f"{HEAD}{ANN} commented on {title}", "> Why?"],
            "pull_request_review_comment",
            action="created",
            pull_request=pull,
            comment=comment,
        )

    def test_issues(self) -> None:
        issue = {"number": 3, "title": "Broken", "html_url": "https://github.example/i/3", "body": None}
        self.shows(
            [f"{HEAD}{ANN} opened the issue [#3 Broken](https://github.example/i/3)"],
            "issues",
            action="opened",
            issue=issue,
        )
        comment = {"body": "```\nx\n" + "y" * 900, "html_url": "https://github.example/i/3#c"}
        found = github("issue_comment", action="created", issue=issue, comment=comment).split("\n")
        self.assertEqual(found[0], f"{HEAD}{ANN} commented on [the issue #3 Broken](https://github.example/i/3#c)")
        self.assertEqual((found[-1], found[-2][-1], len(found)), ("> ```", "…", 5))
        pull = {**issue, "pull_request": {"url": "x"}}
        self.assertIn("[the pull request #3", github("issue_comment", action="created", issue=pull, comment=comment))
        self.assertEqual(github("issue_comment", action="deleted", issue=issue, comment=comment), "")

    def test_release(self) -> None:
        release = {"tag_name": "v1", "name": "One", "html_url": "https://github.example/v1", "body": "# New\nall"}
        self.shows(
            [f"{HEAD}{ANN} released **[One](https://github.example/v1)**", "> # New", "> all"],
            "release",
            action="published",
            release=release,
        )
        self.assertEqual(github("release", action="created", release=release), "")

    def test_runs(self) -> None:
        run = {"name": "CI", "conclusion": "failure", "head_branch": "main", "html_url": "https://github.example/w/1"}
        self.shows(
            [f"{HEAD}❌ [CI](https://github.example/w/1) failed on `main`"],
            "workflow_run",
            action="completed",
            workflow_run=run,
        )
        good = {**run, "conclusion": "success"}
        self.shows(
            [f"{HEAD}✅ [CI](https://github.example/w/1) succeeded on `main`"],
            "workflow_run",
            action="completed",
            workflow_run=good,
        )
        self.assertEqual(github("workflow_run", action="requested", workflow_run=good), "")
        check = {
            "name": "lint",
            "conclusion": "timed_out",
            "html_url": "https://github.example/k",
            "check_suite": {"head_branch": "x"},
        }
        self.shows(
            [f"{HEAD}❌ [lint](https://github.example/k) timed out on `x`"],
            "check_run",
            action="completed",
            check_run=check,
        )
        self.assertEqual(github("check_run", action="completed", check_run={**check, "conclusion": "success"}), "")

    def test_other_events(self) -> None:
        self.shows([f"{HEAD}{ANN}: team add"], "team_add")
        self.shows([f"{HEAD}{ANN}: new thing done"], "new_thing", action="done")
        self.assertEqual(github("star", action="created"), f"{HEAD}{ANN} starred it")
        self.assertEqual(github(""), "")
        self.assertEqual(tell_github(Happening("public", {}, "en")), "**GitHub**: somebody made the repository public")

    def test_signature(self) -> None:
        """The example of GitHub's documentation."""
        right = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
        self.assertTrue(signed_by_github(b"Hello, World!", "It's a Secret to Everybody", right))
        for wrong in ("", "sha256=", right[:-1] + "8", right.removeprefix("sha256="), "sha1=x", "\u4e2d"):
            self.assertFalse(signed_by_github(b"Hello, World!", "It's a Secret to Everybody", wrong))
        self.assertFalse(signed_by_github(b"Hello, World?", "It's a Secret to Everybody", right))


PROJECT = {"name": "Site", "path_with_namespace": "ops/site", "web_url": "https://gitlab.example/ops/site"}
LAB = "**[ops/site](https://gitlab.example/ops/site)**: "


def gitlab(kind: str, **payload: Any) -> str:
    return tell_gitlab(Happening("", {"object_kind": kind, "project": PROJECT, **payload}, "en"))


class GitLabTests(SynchronousTestCase):
    def test_push(self) -> None:
        commits = [
            {
                "id": "a" * 40,
                "title": "One_two",
                "message": "x",
                "url": "https://gitlab.example/c/1",
                "author": {"name": "Bo"},
            }
        ]
        shas = {"before": "b" * 40, "after": "a" * 40}
        found = gitlab(
            "push", ref="refs/heads/main", user_name="Bo", total_commits_count=25, commits=commits * 20, **shas
        )
        compare = f"https://gitlab.example/ops/site/-/compare/{'b' * 40}...{'a' * 40}"
        lines = found.split("\n")
        self.assertEqual(lines[0], f"{LAB}Bo pushed 25 commits to [`main`]({compare})")
        self.assertEqual(lines[1], "- [`aaaaaaaa`](https://gitlab.example/c/1) One_two — Bo")
        self.assertEqual((len(lines), lines[-1]), (12, "… and 15 more"))
        deleted = gitlab("push", ref="refs/heads/x", user_name="Bo", before="b" * 40, after="0" * 40)
        self.assertEqual(deleted, f"{LAB}Bo deleted the branch `x`")
        tag = gitlab("tag_push", ref="refs/tags/v1", user_name="Bo", before="0" * 40, after="a" * 40)
        self.assertEqual(tag, f"{LAB}Bo pushed the tag [`v1`](https://gitlab.example/ops/site/-/tags/v1)")

    def test_requests_and_issues(self) -> None:
        user = {"name": "Bo", "username": "bo"}
        found = {"iid": 4, "title": "T", "url": "https://gitlab.example/4", "action": "open", "description": "why"}
        self.assertEqual(
            gitlab("merge_request", user=user, object_attributes=found),
            f"{LAB}Bo opened the merge request [!4 T](https://gitlab.example/4)\n> why",
        )
        for action, did in (("merge", "merged"), ("approved", "approved"), ("close", "closed")):
            shown = gitlab("merge_request", user=user, object_attributes={**found, "action": action})
            self.assertEqual(shown, f"{LAB}Bo {did} the merge request [!4 T](https://gitlab.example/4)")
        self.assertEqual(gitlab("merge_request", user=user, object_attributes={**found, "action": "update"}), "")
        self.assertEqual(
            gitlab("issue", user=user, object_attributes={**found, "action": "close"}),
            f"{LAB}Bo closed the issue [#4 T](https://gitlab.example/4)",
        )
        self.assertEqual(gitlab("issue", user=user, object_attributes={**found, "confidential": True}), "")
        note = {"note": "Hm", "url": "https://gitlab.example/n", "action": "create"}
        self.assertEqual(
            gitlab("note", user=user, object_attributes=note, merge_request=found),
            f"{LAB}Bo commented on [the merge request !4 T](https://gitlab.example/n)\n> Hm",
        )
        self.assertEqual(
            gitlab("note", user=user, object_attributes=note, commit={"id": "c" * 40}),
            f"{LAB}Bo commented on [commit `cccccccc`](https://gitlab.example/n)\n> Hm",
        )
        self.assertEqual(gitlab("note", user=user, object_attributes=note, issue={**found, "confidential": True}), "")
        self.assertEqual(gitlab("note", user=user, object_attributes={**note, "internal": True}, issue=found), "")

    def test_runs(self) -> None:
        found = {"id": 31, "ref": "main", "status": "failed"}
        pipeline = "pipeline [#31](https://gitlab.example/ops/site/-/pipelines/31)"
        self.assertEqual(gitlab("pipeline", object_attributes=found), f"{LAB}❌ {pipeline} failed on `main`")
        self.assertEqual(gitlab("pipeline", object_attributes={**found, "status": "running"}), "")
        job = {"build_id": 7, "build_name": "unit", "build_stage": "test", "build_status": "failed", "ref": "main"}
        shown = gitlab("build", **job)
        self.assertEqual(shown, f"{LAB}❌ job [test/unit](https://gitlab.example/ops/site/-/jobs/7) failed on `main`")
        self.assertEqual(gitlab("build", build_allow_failure=True, **job), "")
        self.assertEqual(gitlab("build", **{**job, "build_status": "success"}), "")

    def test_other_events(self) -> None:
        self.assertEqual(gitlab("feature_flag", user={"name": "Bo"}), f"{LAB}Bo: feature flag")
        self.assertEqual(tell_gitlab(Happening("Some Hook", {}, "zh")), "**GitLab**: 有人：Some Hook")
        self.assertEqual(tell_gitlab(Happening("", {}, "en")), "")


ALERT: dict[str, Any] = {
    "status": "firing",
    "labels": {"alertname": "DiskFull", "severity": "page", "instance": "db1:9100"},
    "annotations": {"summary": "Disk of db1 is 95% full", "runbook_url": "https://runbooks.example/disk"},
    "startsAt": "2026-11-30T18:58:01.123456789Z",
    "endsAt": "0001-01-01T00:00:00Z",
    "generatorURL": "https://prometheus.example/graph?g0.expr=(a)",
    "fingerprint": "0123456789abcdef",
}


class AlertTests(SynchronousTestCase):
    def group(self, *alerts: dict[str, Any], **more: Any) -> dict[str, Any]:
        return {
            "version": "4",
            "status": "firing",
            "receiver": "chat",
            "groupLabels": {"alertname": "DiskFull"},
            "commonLabels": {"alertname": "DiskFull", "severity": "page"},
            "externalURL": "https://alerts.example/",
            "alerts": list(alerts),
            **more,
        }

    def test_alertmanager(self) -> None:
        over = {
            **ALERT,
            "status": "resolved",
            "endsAt": "2026-11-30T19:58:00+00:00",
            "labels": {**ALERT["labels"], "instance": "db2"},
        }
        found = tell_alertmanager(
            Happening("", self.group(ALERT, {**ALERT, "annotations": {}}, over, truncatedAlerts=3), "en")
        )
        self.assertEqual(
            found.split("\n"),
            [
                "**🔴 2 firing: DiskFull** `severity=page`",
                "- Disk of db1 is 95% full · `instance=db1:9100` · since 2026-11-30 18:58 UTC · "
                "[source](https://prometheus.example/graph?g0.expr=%28a%29) [runbook](https://runbooks.example/disk)",
                "- `instance=db1:9100` · since 2026-11-30 18:58 UTC · [source](https://prometheus.example/graph?g0.expr=%28a%29)",
                "**🟢 Resolved: DiskFull** `severity=page`",
                "- Disk of db1 is 95% full · `instance=db2` · 2026-11-30 18:58 UTC to 2026-11-30 19:58 UTC · "
                "[source](https://prometheus.example/graph?g0.expr=%28a%29) [runbook](https://runbooks.example/disk)",
                "… and 3 alerts that the sender left out",
                "[alerts](https://alerts.example/#/alerts)",
            ],
        )
        many = tell_alertmanager(Happening("", self.group(*[ALERT] * 50), "zh")).split("\n")
        self.assertEqual(
            (many[0], many[21], len(many)), ("**🔴 触发 50 个：DiskFull** `severity=page`", "……另有 30 个", 23)
        )
        self.assertEqual(tell_alertmanager(Happening("", self.group(), "en")), "")

    def test_grafana(self) -> None:
        alert = {
            **ALERT,
            "labels": {"alertname": "High", "grafana_folder": "f"},
            "annotations": {},
            "values": {"A": 12.5, "B": 1},
            "valueString": "not shown",
            "generatorURL": "",
            "silenceURL": "https://grafana.example/s",
            "dashboardURL": "https://grafana.example/d",
            "panelURL": "https://grafana.example/p",
        }
        payload = {
            "title": "[FIRING:1]",
            "message": "long",
            "state": "alerting",
            "alerts": [alert],
            "externalURL": "https://grafana.example",
        }
        self.assertEqual(
            tell_grafana(Happening("", payload, "en")).split("\n"),
            [
                "**🔴 Firing: High**",
                "- since 2026-11-30 18:58 UTC · values: A=12.5 B=1 · [dashboard](https://grafana.example/d) "
                "[panel](https://grafana.example/p) [silence](https://grafana.example/s)",
            ],
        )
        old = {"title": "Alert", "ruleUrl": "https://grafana.example/r", "message": "it *fires*"}
        self.assertEqual(
            tell_grafana(Happening("", old, "en")), "**[Alert](https://grafana.example/r)**\nit \\*fires\\*"
        )

    def test_signature(self) -> None:
        right = hmac.new(b"key", b"body", hashlib.sha256).hexdigest()
        timed = hmac.new(b"key", b"17:body", hashlib.sha256).hexdigest()
        self.assertTrue(signed_by_grafana(b"body", "key", right, ""))
        self.assertTrue(signed_by_grafana(b"body", "key", timed, "17"))
        self.assertFalse(signed_by_grafana(b"body", "key", timed, "18"))
        self.assertFalse(signed_by_grafana(b"body", "key", "", ""))


TEMPLATES: list[Callable[[Happening], str]] = [tell_github, tell_gitlab, tell_alertmanager, tell_grafana]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=8), inside, max_size=4),
    max_leaves=8,
)
FIELDS = [
    *("action", "ref", "commits", "repository", "sender", "pull_request", "issue", "comment", "review", "release"),
    *("workflow_run", "check_run", "alerts", "title", "object_attributes", "project", "user", "total_commits_count"),
    *("labels", "annotations", "values", "commonLabels", "object_kind", "note"),
]
EVENTS = [
    *("push", "pull_request", "issues", "issue_comment", "release", "workflow_run", "check_run", "status", "ping"),
    *("tag_push", "merge_request", "issue", "note", "pipeline", "build", "fork", "x"),
]


class AnythingTests(SynchronousTestCase):
    @given(
        st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=8),
        st.sampled_from(EVENTS),
        st.sampled_from(["created", "opened", "completed", "submitted", ""]),
    )
    @settings(max_examples=proof.many(300, 60), deadline=None)
    def test_any_payload(self, payload: dict[str, Any], event: str, action: str) -> None:
        """Fields may be missing or of another type: there is a text or none, but no error."""
        payload = {"action": action, "object_kind": event, **payload}
        for tell in TEMPLATES:
            for name in FIELDS:
                plain(tell(Happening(event, {**payload, name: payload}, "en")))

    def test_both_languages_have_the_same_fields(self) -> None:
        def inside(value: object) -> list[Words]:
            if isinstance(value, Words):
                return [value]
            return [each for more in value.values() for each in inside(more)] if isinstance(value, dict) else []

        found = [each for value in vars(words).values() for each in inside(value)]
        self.assertGreater(len(found), 60)
        fields = dict.fromkeys(
            ("who", "what", "where", "branch", "count", "time", "begin", "end", "event", "icon", "state"), "X"
        )
        for each in found:
            filled = each.filled(**fields)
            if each not in words.PUSHED.values():
                self.assertEqual(filled.zh.count("X"), filled.en.count("X"), each)

    def test_times(self) -> None:
        for text in ("", "x", "0001-01-01T00:00:00Z", "2026-13-01T00:00:00Z", "9999-12-31T23:00:00-12:00"):
            self.assertIsNone(moment(text), text)
        self.assertIsNotNone(moment("2026-01-01T00:00:00.1Z"))

    def test_excerpts(self) -> None:
        self.assertEqual(excerpt("<!-- x -->  "), "")
        self.assertEqual(excerpt("a\n\nb"), "> a\n>\n> b")
        self.assertEqual(excerpt("![](https://x.example/p)"), "> […](https://x.example/p)")
