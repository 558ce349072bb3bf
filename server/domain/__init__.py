"""Decisions: what is due, what may happen next, who may do it. No HTTP, no SQL, no clock, no files."""
