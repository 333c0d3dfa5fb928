package cairn.volume.overlay;

import cairn.base.bytes.ByteReader;
import cairn.base.bytes.ByteWriter;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.FormatTooNew;
import cairn.base.bytes.Subject;

/// The content of the first pair of pages: what the overlay stands on. Little-endian.
///
/// | offset | bytes | field                                                        |
/// |-------:|------:|--------------------------------------------------------------|
/// |      0 |     2 | version, 1                                                   |
/// |      2 |     2 | 1 while it is open for writing, else 0                       |
/// |      4 |     4 | bytes of a unit, [#UNIT_BYTES]                               |
/// |      8 |     8 | size of the volume                                           |
/// |     16 |       | id of the snapshot: length (u16) and text                    |
/// |        |       | name of the volume: length (u16) and text                    |
record OverlayHeader(OverlayBase base, boolean open) {
  /// What is kept or taken from below as a whole. Guests write in pages, so smaller ones would save
  /// nothing; of larger ones the rest would have to be read from below before the first write.
  static final int UNIT_BYTES = 4096;

  static final int VERSION = 1;

  byte[] toBytes() {
    return new ByteWriter(256)
        .u16(VERSION)
        .u16(open ? 1 : 0)
        .u32(UNIT_BYTES)
        .u64(base.size())
        .text(base.snapshot())
        .text(base.volume())
        .toBytes();
  }

  static OverlayHeader read(Page page, Subject subject) throws CorruptData, FormatTooNew {
    ByteReader in = new ByteReader(page.content(), subject);
    int version = in.u16();
    if (version > VERSION) {
      throw new FormatTooNew("overlay " + subject.id(), version, VERSION);
    }
    subject.checkEqual(version, VERSION, "version");
    int open = in.u16();
    subject.check(open <= 1, "open", open, 1);
    subject.checkEqual(in.u32(), UNIT_BYTES, "unit");
    long size = in.u64();
    subject.check(
        size >= 0 && size <= OverlayLayout.SIZE_MAX, "size", size, OverlayLayout.SIZE_MAX);
    return new OverlayHeader(
        new OverlayBase(in.text("snapshot"), in.text("volume"), size), open == 1);
  }
}
