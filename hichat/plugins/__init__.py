"""Plugins: Python packages that follow events and answer calls, each in a child process of the daemon."""
