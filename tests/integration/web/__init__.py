"""The web client in a real browser, against a daemon that is a real process."""
