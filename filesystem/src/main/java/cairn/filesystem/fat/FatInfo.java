package cairn.filesystem.fat;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.layout.Fields;

/// A sector with hints, of FAT32 alone. Little-endian.
///
/// | offset | bytes | field                                |
/// |-------:|------:|--------------------------------------|
/// |      0 |     4 | `RRaA`                               |
/// |    484 |     4 | `rrAa`                               |
/// |    488 |     4 | free clusters; all ones when unknown |
/// |    508 |     4 | `00 00 55 aa`                        |
record FatInfo(Fields fields) {
  static final int BYTES = 512;

  private static final long UNKNOWN = 0xFFFF_FFFFL;

  void check(Subject subject) throws CorruptData {
    subject.check(fields.holds(0, "RRaA"), "magic", fields.u32(0), "RRaA");
    subject.check(fields.holds(484, "rrAa"), "second magic", fields.u32(484), "rrAa");
    subject.checkEqual(fields.u32(508), 0xAA55_0000L, "last magic");
  }

  void checkFree(long free, Subject subject) throws CorruptData {
    long have = fields.u32(488);
    subject.check(have == UNKNOWN || have == free, "free clusters", have, free);
  }
}
