"""Asking HTTP servers at URLs that users give; and no others than the operator allows."""
