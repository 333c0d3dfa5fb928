package cairn.volume.overlay;

import cairn.base.bytes.ByteReader;
import cairn.base.bytes.ByteWriter;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Crc32c;
import cairn.base.bytes.Subject;
import java.util.Optional;

/// One of the pages that an overlay begins with. Little-endian.
///
/// | offset | bytes | field                                                          |
/// |-------:|------:|----------------------------------------------------------------|
/// |      0 |     8 | magic: `89 43 4f 56 4c 0d 0a 1a` (`\x89COVL\r\n\x1a`)           |
/// |      8 |     4 | CRC-32C of what follows                                        |
/// |     12 |     4 | number of the pair that it belongs to                          |
/// |     16 |     8 | sequence, 1 and up                                             |
/// |     24 |     8 | zero                                                           |
/// |     32 |  4064 | content: [OverlayHeader] in pair 0, [UnitMap] in all others    |
///
/// The pages `2n` and `2n + 1` are the pair `n`. The one of the higher sequence counts, and the
/// next is written over the other one, so that a write that is torn costs nothing that was there.
final class Page {
  static final int BYTES = 4096;
  static final int CONTENT_BYTES = BYTES - 32;

  private static final byte[] MAGIC = {(byte) 0x89, 'C', 'O', 'V', 'L', '\r', '\n', 0x1a};
  private static final int COVERED_FROM = 12;

  private final int pair;
  private final long sequence;
  private final byte[] content;

  Page(int pair, long sequence, byte[] content) {
    this.pair = pair;
    this.sequence = sequence;
    this.content = content;
  }

  int pair() {
    return pair;
  }

  long sequence() {
    return sequence;
  }

  byte[] content() {
    return content;
  }

  static long offset(int pair, int side) {
    return (2L * pair + side) * BYTES;
  }

  byte[] toBytes() {
    byte[] covered =
        new ByteWriter(BYTES)
            .u32(pair)
            .u64(sequence)
            .u64(0)
            .raw(content)
            .padTo(BYTES - COVERED_FROM)
            .toBytes();
    return new ByteWriter(BYTES)
        .raw(MAGIC)
        .u32(Crc32c.of(covered, 0, covered.length))
        .raw(covered)
        .toBytes();
  }

  static boolean hasMagic(byte[] bytes) {
    for (int i = 0; i < MAGIC.length; i++) {
      if (i >= bytes.length || bytes[i] != MAGIC[i]) {
        return false;
      }
    }
    return true;
  }

  /// @param bytes a whole page
  /// @return empty when it is not what was written as a page of that pair
  static Optional<Page> read(byte[] bytes, int pair) {
    ByteReader in = new ByteReader(bytes, Subject.of("overlay", "page " + pair));
    try {
      in.skip(MAGIC.length);
      int crc = in.u32();
      boolean whole =
          hasMagic(bytes) && Crc32c.of(bytes, COVERED_FROM, BYTES - COVERED_FROM) == crc;
      if (!whole || in.u32() != pair) {
        return Optional.empty();
      }
      long sequence = in.u64();
      in.skip(Long.BYTES);
      return Optional.of(new Page(pair, sequence, in.raw(CONTENT_BYTES)));
    } catch (CorruptData e) {
      return Optional.empty(); // which takes a page that is cut short
    }
  }
}
