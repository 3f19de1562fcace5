"""Keeping a world: journal, checkpoints, the directory they lie in. Knows bytes and actions' names, nothing of what they mean."""

from spine.files import DISK, Files
from spine.storage import checkpoints
from spine.storage.checkpoints import About, Checkpoint
from spine.storage.committing import Committer, InlineCommitter, ThreadCommitter
from spine.storage.directory import StateDirectory
from spine.storage.journal import Entry, Journal, Progress

__all__ = [
    "DISK",
    "About",
    "Checkpoint",
    "Committer",
    "Entry",
    "Files",
    "InlineCommitter",
    "Journal",
    "Progress",
    "StateDirectory",
    "ThreadCommitter",
    "checkpoints",
]
