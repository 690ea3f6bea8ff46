"""The group of commands `evote election`; its commands live in modules of their own."""

from __future__ import annotations

from evote.cli.command import new_app

app = new_app("The course of an election, for its authority")
