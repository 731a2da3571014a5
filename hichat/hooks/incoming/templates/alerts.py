"""
Alerts of Prometheus' Alertmanager and of Grafana, which tells them in nearly the same form:
https://prometheus.io/docs/alerting/latest/configuration/#webhook_config and
https://grafana.com/docs/grafana/latest/alerting/configure-notifications/manage-contact-points/integrations/webhook-notifier/.

One message a group of alerts: first those that fire, then those that are over, each in a line with its summary and
since when; then the links.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from typing import Any

from hichat.core.errors import Language
from hichat.core.words import Words
from hichat.hooks.incoming.markup import bold, code, cut, lines, linked, literal, one_line
from hichat.hooks.incoming.message import fields_of, items_of, said
from hichat.hooks.incoming.templates.telling import Happening, at, moment, number_at, shown_time, some, text_at
from hichat.hooks.incoming.words import (
    ALERTS,
    DASHBOARD,
    FIRING,
    FIRING_MANY,
    FROM_TO,
    PANEL,
    RESOLVED,
    RESOLVED_MANY,
    SILENCING,
    SINCE,
    SOURCE,
    TRUNCATED,
    VALUES,
    text_of,
)

ALERTS_SHOWN = 20

_SUMMARIES = ("summary", "title", "description", "message")
_HIDDEN = frozenset(("alertname", "grafana_folder", "__alert_rule_uid__"))
"""Labels that are not shown: they are in the title, or say nothing to people."""


def signed_by_grafana(body: bytes, secret: str, signature: str, timestamp: str) -> bool:
    """
    @param signature: the header C{X-Grafana-Alerting-Signature}.
    @param timestamp: the header with the time, which is signed, too, if it is sent.
    @return: whether the signature is that of the body.
    """
    signed = f"{timestamp}:".encode() + body if timestamp else body
    right = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    return hmac.compare_digest(right.encode(), signature.strip().encode())


def tell_alertmanager(told: Happening) -> str:
    """@return: what is shown; empty: there is no alert."""
    return _shown(told, text_at(told.payload, "externalURL"))


def tell_grafana(told: Happening) -> str:
    """@return: what is shown; empty: there is neither an alert nor a text."""
    shown = _shown(told, "")
    if shown or items_of(at(told.payload, "alerts")):
        return shown
    # Whoever has a payload of one's own, or an old Grafana, has other fields.
    title = bold(linked(one_line(text_at(told.payload, "title")), text_at(told.payload, "ruleUrl")))
    return lines((title, literal(cut(text_at(told.payload, "message"), 2000))))


def _shown(told: Happening, base: str) -> str:
    """@param base: the address of the Alertmanager; empty: each alert has its own links."""
    alerts = [fields_of(each) for each in items_of(at(told.payload, "alerts"), 1000)]
    firing = [each for each in alerts if said(each.get("status")) != "resolved"]
    resolved = [each for each in alerts if said(each.get("status")) == "resolved"]
    common = {**fields_of(at(told.payload, "groupLabels")), **fields_of(at(told.payload, "commonLabels"))}
    left_out = number_at(told.payload, "truncatedAlerts")
    pieces = [
        *_group(told.language, firing, common, (FIRING, FIRING_MANY)),
        *_group(told.language, resolved, common, (RESOLVED, RESOLVED_MANY)),
    ]
    if not pieces:
        return ""
    if left_out > 0:
        pieces.append(text_of(TRUNCATED, told.language, count=left_out))
    if base:
        pieces.append(linked(ALERTS.text(told.language), f"{base.rstrip('/')}/#/alerts"))
    return lines(pieces)


def _group(
    language: Language, alerts: list[dict[str, Any]], common: dict[str, Any], words: tuple[Words, Words]
) -> Iterator[str]:
    if not alerts:
        return
    names = dict.fromkeys(text_at(each, "labels", "alertname") for each in alerts)
    name = said(common.get("alertname")) or ", ".join(filter(None, names)) or ALERTS.text(language)
    head = bold(text_of(words[len(alerts) > 1], language, what=one_line(name, 150), count=len(alerts)))
    labels = " ".join(_label(key, value) for key, value in sorted(common.items()) if key not in _HIDDEN)
    yield f"{head} {labels}".rstrip()
    told = filter(None, (_alert(language, each, common) for each in alerts))
    yield from some(told, ALERTS_SHOWN, language)


def _label(key: str, value: object) -> str:
    return code(f"{cut(key, 60)}={cut(said(value), 100)}")


def _alert(language: Language, alert: dict[str, Any], common: dict[str, Any]) -> str:
    labels, annotations = fields_of(alert.get("labels")), fields_of(alert.get("annotations"))
    own = " ".join(
        _label(key, value) for key, value in sorted(labels.items()) if key not in _HIDDEN and common.get(key) != value
    )
    summary = next(filter(None, (one_line(said(annotations.get(each)), 300) for each in _SUMMARIES)), "")
    begin, end = moment(said(alert.get("startsAt"))), moment(said(alert.get("endsAt")))
    if end and said(alert.get("status")) == "resolved":
        when = text_of(FROM_TO, language, begin=shown_time(begin), end=shown_time(end))
    else:
        when = text_of(SINCE, language, time=shown_time(begin)) if begin else ""
    values = one_line(said(alert.get("valueString")) if not alert.get("values") else _values(alert["values"]), 200)
    pieces = (summary, own, when, text_of(VALUES, language, what=values) if values else "", _links(language, alert))
    shown = " · ".join(filter(None, pieces))
    return f"- {shown}" if shown else ""


def _values(values: object) -> str:
    return " ".join(f"{cut(key, 40)}={cut(said(value), 40)}" for key, value in list(fields_of(values).items())[:10])


def _links(language: Language, alert: dict[str, Any]) -> str:
    found = (
        (SOURCE, "generatorURL"),
        (DASHBOARD, "dashboardURL"),
        (PANEL, "panelURL"),
        (SILENCING, "silenceURL"),
    )
    runbook = text_at(alert, "annotations", "runbook_url")
    links = [linked(words.text(language), said(alert.get(field))) for words, field in found if alert.get(field)]
    return " ".join([*links, *([linked("runbook", runbook)] if runbook else [])])
