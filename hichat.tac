"""The daemon for `twistd -y hichat.tac`; the settings come from the environment and hichat.toml."""
from hichat.runtime import signals
signals.ignore()  # before the rest is loaded, which takes a while
from twisted.application.service import Application
from hichat.tap import makeService
application = Application("hichat")
makeService().setServiceParent(application)
