"""The daemon for `twistd -y hichat.tac`; the settings come from the environment and hichat.toml."""
from twisted.application.service import Application
from hichat.tap import makeService
application = Application("hichat")
makeService().setServiceParent(application)
