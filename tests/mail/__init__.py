"""Tests for L{hichat.mail}."""
