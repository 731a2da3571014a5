"""A user's own data: all of it as a ZIP, and what is removed after an account was deleted."""
