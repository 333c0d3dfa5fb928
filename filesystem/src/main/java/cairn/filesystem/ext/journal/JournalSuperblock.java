package cairn.filesystem.ext.journal;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.layout.Fields;
import cairn.filesystem.layout.RawCrc32c;
import java.util.Arrays;

/// The superblock of a journal, `struct journal_superblock_s`: the first 1024 bytes of its first
/// block. Big-endian.
///
/// | offset | bytes | field                                                       |
/// |-------:|------:|-------------------------------------------------------------|
/// |   0x00 |     4 | magic, 0xC03B3998                                           |
/// |   0x04 |     4 | type: 3 of the first version, 4                             |
/// |   0x0c |     4 | block size                                                  |
/// |   0x10 |     4 | blocks                                                      |
/// |   0x14 |     4 | first block of the log                                      |
/// |   0x18 |     4 | number of the first transaction                             |
/// |   0x1c |     4 | its block, or 0 when there is nothing to replay             |
/// |   0x20 |     4 | error                                                       |
/// |   0x24 |    12 | compat, incompat, ro_compat features                        |
/// |   0x30 |    16 | UUID                                                        |
/// |   0x50 |     1 | kind of checksum: 4 is CRC-32C                              |
/// |   0x54 |     4 | blocks of fast commits, at the end                          |
/// |   0xfc |     4 | raw CRC-32C of all, this left out                           |
public final class JournalSuperblock {
  static final int MAGIC = 0xC03B3998;

  static final int COMPAT_CHECKSUM = 1;
  static final int INCOMPAT_REVOKE = 0x1;
  static final int INCOMPAT_64BIT = 0x2;
  static final int INCOMPAT_ASYNC_COMMIT = 0x4;
  static final int INCOMPAT_CSUM_V2 = 0x8;
  static final int INCOMPAT_CSUM_V3 = 0x10;
  static final int INCOMPAT_FAST_COMMIT = 0x20;

  private static final int BYTES = 1024;
  private static final int TYPE_OLD = 3;
  private static final int TYPE = 4;
  private static final int INCOMPAT_KNOWN =
      INCOMPAT_REVOKE
          | INCOMPAT_64BIT
          | INCOMPAT_ASYNC_COMMIT
          | INCOMPAT_CSUM_V2
          | INCOMPAT_CSUM_V3
          | INCOMPAT_FAST_COMMIT;
  private static final int CRC32C = 4;
  private static final int CHECKSUM_AT = 0xfc;
  private static final int FAST_BLOCKS = 256;

  private final Fields fields;

  JournalSuperblock(byte[] block) {
    this.fields = Fields.bigEndian(block).part(0, BYTES);
  }

  /// @param inodeBlocks how many blocks the journal's inode has space for
  void check(int blockBytes, long inodeBlocks) throws CorruptData {
    Subject subject = subject();
    subject.checkEqual(fields.i32(0x00), MAGIC, "magic");
    int type = fields.i32(0x04);
    subject.check(type == TYPE_OLD || type == TYPE, "type", type, TYPE);
    subject.checkEqual(fields.u32(0x0c), blockBytes, "block size");
    if (sealsAll()) {
      checkSeal(subject);
    }
    subject.check(blocks() <= inodeBlocks, "blocks", blocks(), "0.." + inodeBlocks);
    long end = logEnd();
    subject.check(first() > 0 && first() < end, "first block", first(), "1.." + (end - 1));
    boolean starts = start() == 0 || (start() >= first() && start() < end);
    subject.check(starts, "start", start(), first() + ".." + (end - 1));
    subject.checkEqual(fields.u32(0x20), 0, "error");
  }

  private void checkSeal(Subject subject) throws CorruptData {
    subject.checkEqual(fields.u8(0x50), CRC32C, "checksum type");
    byte[] copy = fields.bytes().clone();
    Arrays.fill(copy, CHECKSUM_AT, CHECKSUM_AT + Integer.BYTES, (byte) 0);
    subject.checkEqual(fields.i32(CHECKSUM_AT), RawCrc32c.of(~0, copy), "checksum");
  }

  /// Bits of features that are not known; 0 when all are.
  public long unknownFeatures() {
    return isOld() ? 0 : (incompat() & ~INCOMPAT_KNOWN & 0xFFFF_FFFFL) | fields.u32(0x2c);
  }

  static Subject subject() {
    return Subject.of("journal", "superblock");
  }

  long blocks() {
    return fields.u32(0x10);
  }

  long first() {
    return fields.u32(0x14);
  }

  int sequence() {
    return fields.i32(0x18);
  }

  /// 0 when there is nothing to replay.
  public long start() {
    return fields.u32(0x1c);
  }

  /// The block behind the log; those of fast commits follow.
  long logEnd() {
    if (!incompat(INCOMPAT_FAST_COMMIT)) {
      return blocks();
    }
    long fast = fields.u32(0x54);
    return blocks() - (fast == 0 ? FAST_BLOCKS : fast);
  }

  boolean incompat(int feature) {
    return (incompat() & feature) != 0;
  }

  private int incompat() {
    return isOld() ? 0 : fields.i32(0x28);
  }

  private boolean isOld() {
    return fields.i32(0x04) == TYPE_OLD;
  }

  /// Whether everything but data has a checksum.
  boolean sealsAll() {
    return incompat(INCOMPAT_CSUM_V2 | INCOMPAT_CSUM_V3);
  }

  /// Whether a commit has a checksum of its whole transaction.
  boolean sealsTransactions() {
    return !isOld() && !sealsAll() && (fields.i32(0x24) & COMPAT_CHECKSUM) != 0;
  }

  int checksumSeed() {
    return RawCrc32c.of(~0, fields.raw(0x30, 16));
  }
}
