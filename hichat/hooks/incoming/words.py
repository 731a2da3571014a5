"""The words of messages that are made from what other programs tell, in both languages. Their fields are Markdown."""

from __future__ import annotations

from collections.abc import Mapping

from hichat.core.errors import Language
from hichat.core.words import Words

MORE = Words("……另有 {count} 个", "… and {count} more")
SOMEBODY = Words("有人", "somebody")
UNKNOWN_EVENT = Words("{who}：{event}", "{who}: {event}")

PUSHED = {
    "one": Words("{who} 向 {branch} 推送了 1 个提交", "{who} pushed 1 commit to {branch}"),
    "many": Words("{who} 向 {branch} 推送了 {count} 个提交", "{who} pushed {count} commits to {branch}"),
    "forced": Words("{who} 强制推送了 {branch}", "{who} force-pushed {branch}"),
    "created": Words("{who} 创建了分支 {branch}", "{who} created the branch {branch}"),
    "deleted": Words("{who} 删除了分支 {branch}", "{who} deleted the branch {branch}"),
    "tagged": Words("{who} 推送了标签 {branch}", "{who} pushed the tag {branch}"),
    "untagged": Words("{who} 删除了标签 {branch}", "{who} deleted the tag {branch}"),
}

CHANGES: Mapping[str, Mapping[str, Words]] = {
    "pull_request": {
        "opened": Words("{who} 创建了拉取请求 {what}", "{who} opened the pull request {what}"),
        "closed": Words("{who} 关闭了拉取请求 {what}", "{who} closed the pull request {what}"),
        "merged": Words("{who} 合并了拉取请求 {what}", "{who} merged the pull request {what}"),
        "reopened": Words("{who} 重新打开了拉取请求 {what}", "{who} reopened the pull request {what}"),
        "ready_for_review": Words(
            "{who} 将拉取请求 {what} 标为可以评审", "{who} marked the pull request {what} as ready for review"
        ),
    },
    "merge_request": {
        "open": Words("{who} 创建了合并请求 {what}", "{who} opened the merge request {what}"),
        "close": Words("{who} 关闭了合并请求 {what}", "{who} closed the merge request {what}"),
        "merge": Words("{who} 合并了合并请求 {what}", "{who} merged the merge request {what}"),
        "reopen": Words("{who} 重新打开了合并请求 {what}", "{who} reopened the merge request {what}"),
        "approved": Words("{who} 批准了合并请求 {what}", "{who} approved the merge request {what}"),
        "unapproved": Words("{who} 撤回了对合并请求 {what} 的批准", "{who} took the approval of {what} back"),
    },
    "issue": {
        "opened": Words("{who} 创建了议题 {what}", "{who} opened the issue {what}"),
        "closed": Words("{who} 关闭了议题 {what}", "{who} closed the issue {what}"),
        "reopened": Words("{who} 重新打开了议题 {what}", "{who} reopened the issue {what}"),
        "transferred": Words("{who} 转移了议题 {what}", "{who} transferred the issue {what}"),
        "deleted": Words("{who} 删除了议题 {what}", "{who} deleted the issue {what}"),
    },
    "discussion": {
        "created": Words("{who} 发起了讨论 {what}", "{who} began the discussion {what}"),
        "answered": Words("{who} 选定了讨论 {what} 的答案", "{who} marked an answer of the discussion {what}"),
        "closed": Words("{who} 关闭了讨论 {what}", "{who} closed the discussion {what}"),
    },
    "release": {
        "published": Words("{who} 发布了 {what}", "{who} released {what}"),
        "create": Words("{who} 发布了 {what}", "{who} released {what}"),
    },
    "review": {
        "approved": Words("{who} 批准了 {what}", "{who} approved {what}"),
        "changes_requested": Words("{who} 要求修改 {what}", "{who} asked for changes of {what}"),
        "commented": Words("{who} 评审了 {what}", "{who} reviewed {what}"),
        "dismissed": Words("{who} 撤销了对 {what} 的评审", "{who} dismissed a review of {what}"),
    },
}

COMMENTED = Words("{who} 评论了 {what}", "{who} commented on {what}")
FORKED = Words("{who} 复刻为 {what}", "{who} forked it to {what}")
STARRED = Words("{who} 加了星标", "{who} starred it")
MADE_PUBLIC = Words("{who} 公开了此仓库", "{who} made the repository public")
CONNECTED = Words("钩子已接好：{what}", "the hook is connected: {what}")
DEPLOYED = Words("{icon} 部署到 {where}：{state}", "{icon} deployment to {where}: {state}")

RAN: Mapping[str, Words] = {
    "success": Words("✅ {what} 成功（{where}）", "✅ {what} succeeded on {where}"),
    "failure": Words("❌ {what} 失败（{where}）", "❌ {what} failed on {where}"),
    "cancelled": Words("⚪ {what} 已取消（{where}）", "⚪ {what} was cancelled on {where}"),
    "timed_out": Words("❌ {what} 超时（{where}）", "❌ {what} timed out on {where}"),
    "action_required": Words("🟡 {what} 需要处理（{where}）", "🟡 {what} needs somebody on {where}"),
    "startup_failure": Words("❌ {what} 无法启动（{where}）", "❌ {what} could not start on {where}"),
}

PIPELINE = Words("流水线 {what}", "pipeline {what}")
JOB = Words("任务 {what}", "job {what}")
COMMIT = Words("提交 {what}", "commit {what}")
ISSUE = Words("议题 {what}", "the issue {what}")
REQUEST = Words("合并请求 {what}", "the merge request {what}")
PULL = Words("拉取请求 {what}", "the pull request {what}")
CODE_SNIPPET = Words("代码片段 {what}", "the snippet {what}")

FIRING = Words("🔴 触发：{what}", "🔴 Firing: {what}")
FIRING_MANY = Words("🔴 触发 {count} 个：{what}", "🔴 {count} firing: {what}")
RESOLVED = Words("🟢 恢复：{what}", "🟢 Resolved: {what}")
RESOLVED_MANY = Words("🟢 恢复 {count} 个：{what}", "🟢 {count} resolved: {what}")
SINCE = Words("自 {time}", "since {time}")
FROM_TO = Words("{begin} 至 {end}", "{begin} to {end}")
TRUNCATED = Words("……发送方略去了 {count} 个警报", "… and {count} alerts that the sender left out")
ALERTS = Words("警报", "alerts")
SILENCING = Words("静默", "silence")
DASHBOARD = Words("仪表板", "dashboard")
PANEL = Words("图表", "panel")
SOURCE = Words("来源", "source")
VALUES = Words("数值：{what}", "values: {what}")


def text_of(words: Words, language: Language, **fields: object) -> str:
    """@return: the sentence in a language, with its fields."""
    return words.text(language).format(**fields)
