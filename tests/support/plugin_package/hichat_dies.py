"""A plugin that cannot be loaded."""

raise RuntimeError("this module is broken")
