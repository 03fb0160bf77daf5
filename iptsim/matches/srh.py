"""srh: the segment routing header of IPv6."""

from __future__ import annotations

from iptsim import values
from iptsim.extension import Match, fact
from iptsim.predicate import Pred, Unknown, both

_BYTE = values.number(255)
_COMPARED = ("-eq", "-gt", "-lt")


class Srh(Match, name="srh"):
    """Compare the segment routing header of an IPv6 packet: that it is there, and what is in it. No flow says it."""

    families = (6,)

    following = fact("--srh-next-hdr", _BYTE, "the next header is {}", "srh-next-hdr", negatable=True)
    length = fact("--srh-hdr-len-eq", _BYTE, "the length of the header is {}", "srh-hdr-len-eq", negatable=True)
    longer = fact("--srh-hdr-len-gt", _BYTE, "the length of the header is greater than {}", "srh-hdr-len-gt", negatable=True)
    shorter = fact("--srh-hdr-len-lt", _BYTE, "the length of the header is less than {}", "srh-hdr-len-lt", negatable=True)
    left = fact("--srh-segs-left-eq", _BYTE, "the number of segments left is {}", "srh-segs-left-eq", negatable=True)
    more_left = fact("--srh-segs-left-gt", _BYTE, "the number of segments left is greater than {}", "srh-segs-left-gt", negatable=True)
    less_left = fact("--srh-segs-left-lt", _BYTE, "the number of segments left is less than {}", "srh-segs-left-lt", negatable=True)
    last = fact("--srh-last-entry-eq", _BYTE, "the last entry is {}", "srh-last-entry-eq", negatable=True)
    later = fact("--srh-last-entry-gt", _BYTE, "the last entry is greater than {}", "srh-last-entry-gt", negatable=True)
    earlier = fact("--srh-last-entry-lt", _BYTE, "the last entry is less than {}", "srh-last-entry-lt", negatable=True)
    tag = fact("--srh-tag", values.number(65535), "the tag is {}", "srh-tag", negatable=True)
    before = fact("--srh-psid", values.NET, "the previous segment is {}", "srh-psid", negatable=True)
    after = fact("--srh-nsid", values.NET, "the next segment is {}", "srh-nsid", negatable=True)
    end = fact("--srh-lsid", values.NET, "the last segment is {}", "srh-lsid", negatable=True)

    def _kept(self) -> Srh:
        """As the tool keeps it: equal, greater and less have one number between them, the one that is given last."""
        values = {row.option.flag[:-3]: row.value for row in self.given if row.option.flag[-3:] in _COMPARED}
        rows = (row._replace(value=values[row.option.flag[:-3]]) if row.option.flag[-3:] in _COMPARED else row for row in self.given)
        return Srh(tuple(rows), self.family)

    def words(self) -> str:
        """The options, as they are kept."""
        kept = self._kept()
        return super().words() if kept == self else kept.words()

    def asks(self) -> Pred:
        return both(Unknown("extension headers are not part of a flow", ("srh-header",)), super(Srh, self._kept()).asks())
