"""Imports as changes."""

from __future__ import annotations

from model.changes.kind import Kind

IMPORT_KINDS: tuple[Kind, ...] = ()
