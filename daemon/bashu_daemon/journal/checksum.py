"""The checksum of a row of reports. Reports are no part of the chain: they follow from it."""

import zlib

from bashu_daemon.journal.record import ReportRow


def reports_checksum(row: ReportRow) -> int:
    """Return the CRC-32 of every field."""
    key = f"{row.first_rpt_seq} {row.last_rpt_seq} {row.user}".encode()
    return zlib.crc32(row.payload, zlib.crc32(key))
