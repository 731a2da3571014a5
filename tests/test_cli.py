"""Tests for L{hichat.admin.administration}: what it does for the operator."""

from __future__ import annotations

import tempfile
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from hichat.admin.administration import Administration
from hichat.core.errors import PasswordHasName, PasswordTooCommon, PasswordTooShort
from hichat.daemon import settings


class AdministrationTests(SynchronousTestCase):
    def make(self, **given: str) -> Administration:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        options = {name.replace("_", "-"): value for name, value in given.items()}
        made = Administration(settings.load(options | {"state-dir": directory.name}, {}, Path(directory.name)))
        self.addCleanup(made.store.engine.dispose)
        return made

    def test_new_passwords_are_judged(self) -> None:
        """As the daemon judges them: at the first one, and at each after it."""
        made = self.make(password_length="12")
        made.add("ann", "twelve chars", administrator=False)
        for password, error in (
            ("eleven char", PasswordTooShort),
            ("passwordpassword", PasswordTooCommon),
            ("ann.and.bob.4711", PasswordHasName),
        ):
            self.assertRaises(error, made.set_password, "ann", password)
            self.assertRaises(error, made.add, "ann and bob", password, administrator=False)
        made.set_password("ann", "correct horse")
