"""Puts together single sign-on, where a provider is set."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from hichat.audit.book import Note
from hichat.daemon.settings import DaemonSettings
from hichat.web.browser.session import new_device

if TYPE_CHECKING:
    from hichat.accounts.accounts import Accounts
    from hichat.log.follower import AskWhetherOurs
    from hichat.signin.openid.dependants import DependantsAsked
    from hichat.signin.openid.sign_on import SingleSignOn
    from hichat.signin.ways import SignIn
    from hichat.storage.store import Store


def provider_name(settings: DaemonSettings) -> str:
    """@return: what the provider is called, for people; empty: there is none."""
    return settings.oidc_name or urlsplit(settings.oidc_issuer).hostname or ""


def assemble_sign_on(
    settings: DaemonSettings,
    accounts: Accounts,
    sign_in: SignIn,
    store: Store,
    key: bytes,
    reactor: Any,
    now: Callable[[], int],
    ticks: Callable[[], int],
    note: Note,
) -> SingleSignOn | None:
    """
    Make single sign-on, and let it decide about sessions that came by it.

    @param key: the tokens' key.
    @return: None: there is no provider.
    """
    if not settings.oidc_issuer:
        return None
    # Only who has a provider waits for the libraries.
    from hichat.signin.openid.fetching import make_provider_fetcher
    from hichat.signin.openid.provider import Provider
    from hichat.signin.openid.sign_on import SingleSignOn

    provider = Provider(
        settings.oidc_issuer,
        settings.oidc_client_id,
        settings.oidc_client_secret,
        settings.oidc_scopes,
        make_provider_fetcher(reactor).fetch,
        now,
        ticks,
    )
    rules = settings.oidc_roles if settings.oidc_roles.claim else None
    made = SingleSignOn(
        provider,
        provider_name(settings),
        rules,
        accounts,
        store,
        key,
        sign_in.came_by,
        new_device,
        now,
        ticks,
        note,
        settings.passwords,
    )
    accounts.refresher.before_refresh.append(made.check)
    accounts.log_ins.before_log_in = made.dependants.check_log_in
    return made


def assemble_asking(sign_on: SingleSignOn | None, reactor: Any, is_ours: AskWhetherOurs) -> list[DependantsAsked]:
    """@return: what asks the provider about users of whom nothing was refreshed; nothing if there is no provider."""
    if sign_on is None:
        return []
    from hichat.signin.openid.dependants import DependantsAsked

    return [DependantsAsked(sign_on.dependants, reactor, is_ours)]
