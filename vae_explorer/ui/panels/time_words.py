"""Lengths and points of time as a person says them."""

from __future__ import annotations

from datetime import datetime

__all__ = ["ago", "duration"]


def duration(seconds: float) -> str:
    """E.g. ``0:19``, ``12:05``, ``3:20:00``; two days and more as ``2 days``."""
    total = max(0, round(seconds))
    days, rest = divmod(total, 86_400)
    if days >= 2:
        return f"{days} days"
    hours, rest = divmod(total, 3600)
    minutes, rest = divmod(rest, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def ago(then: datetime, now: datetime) -> str:
    """E.g. ``just now``, ``5 min ago``, ``3 h ago``, ``yesterday``, ``12 Mar 2026``."""
    seconds = (now - then).total_seconds()
    if seconds < 60:
        return "just now"
    if seconds < 3600:
        return f"{int(seconds // 60)} min ago"
    if now.date() == then.date():
        return f"{int(seconds // 3600)} h ago"
    if (now.date() - then.date()).days == 1:
        return "yesterday"
    return f"{then.day} {then:%b %Y}"
