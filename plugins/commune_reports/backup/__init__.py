"""A backup: one tar file whose last members say what it holds and that it is whole; nothing in it is believed unchecked.

Members: the warehouse (gzip), HOME/archive, HOME/answers and HOME/reports, then manifest.json and its SHA-256.
"""

from commune_reports.backup.contents import KEPT, WAREHOUSE, Contents, Member
from commune_reports.backup.disk import give_name, on_disk, sha256_of, workspace, writing_whole
from commune_reports.backup.packing import compress, kept_files, pack
from commune_reports.backup.putting_back import put_back, putting_back, take_free_places
from commune_reports.backup.unpacking import decompress, examine, members_of

__all__ = [
    "KEPT",
    "WAREHOUSE",
    "Contents",
    "Member",
    "compress",
    "decompress",
    "examine",
    "give_name",
    "kept_files",
    "members_of",
    "on_disk",
    "pack",
    "put_back",
    "putting_back",
    "sha256_of",
    "take_free_places",
    "workspace",
    "writing_whole",
]
