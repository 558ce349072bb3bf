"""收到提交: from what a phone sent to rows, in two parts.

`prepare()` does everything that needs no lock: parsing, geotagging, projecting. `receive()` runs inside the
transaction: it decides once more what the submission is, writes it, and writes the rows projected from it. The raw
XML is kept whatever happens to the rows: `receive_raw()` stores it with the reason when they fail.
"""

from __future__ import annotations

from server.services.submissions.receipt import receive, receive_raw
from server.services.submissions.retention import forget_tracks
from server.services.submissions.review import comment, reveal, tell_apart, verdict
from server.services.submissions.rows import RowsFailed, reproject, reproject_waiting, settle_held
from server.services.submissions.upload import Prepared, Upload, UploadedFile, prepare

__all__ = [
    "Prepared",
    "RowsFailed",
    "Upload",
    "UploadedFile",
    "comment",
    "forget_tracks",
    "prepare",
    "receive",
    "receive_raw",
    "reproject",
    "reproject_waiting",
    "reveal",
    "settle_held",
    "tell_apart",
    "verdict",
]
