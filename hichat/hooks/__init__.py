"""Hooks: programs elsewhere that write here, or hear of what happens here, over HTTP."""
