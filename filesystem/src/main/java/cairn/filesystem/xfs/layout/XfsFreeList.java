package cairn.filesystem.xfs.layout;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.layout.Fields;
import java.io.IOException;

/// The blocks of a group that are set aside for its trees, `struct xfs_agfl`: its fourth sector. A
/// ring of numbers of blocks, 4 bytes each; which are in force says the [header][XfsGroup].
///
/// | offset | bytes | field, all with version 5 only |
/// |-------:|------:|--------------------------------|
/// |      0 |     4 | `XAFL`                         |
/// |      4 |     4 | number of the group            |
/// |      8 |    16 | UUID                           |
/// |     24 |     8 | log sequence number            |
/// |     32 |     4 | checksum                       |
public final class XfsFreeList {
  private static final String MAGIC = "XAFL";
  private static final int HEADER_BYTES = 36;

  private XfsFreeList() {}

  static int capacity(XfsSuperblock superblock) {
    int header = superblock.hasChecksums() ? HEADER_BYTES : 0;
    return (superblock.sectorBytes() - header) / 4;
  }

  /// Takes a block of the group.
  @FunctionalInterface
  public interface BlockVisitor {
    void block(long block) throws CorruptData;
  }

  public static void visit(XfsSource source, XfsGroup group, BlockVisitor visitor)
      throws IOException, CorruptData {
    Subject subject = Subject.of("free list", Long.toString(group.number()));
    XfsSuperblock superblock = source.superblock();
    int sector = superblock.sectorBytes();
    long offset = superblock.groupOffset(group.number()) + 3L * sector;
    Fields fields = source.read(offset, sector, subject);
    int header = 0;
    if (superblock.hasChecksums()) {
      header = HEADER_BYTES;
      subject.check(fields.holds(0, MAGIC), "magic", fields.u32(0), MAGIC);
      source.checkSeal(XfsSeal.FREE_LIST, fields, offset, 0, subject);
      subject.checkEqual(fields.u32(4), group.number(), "number");
    }
    int capacity = capacity(superblock);
    long span = Math.floorMod(group.lastAside() - group.firstAside() + 1, capacity);
    boolean whole = group.aside() == span || (span == 0 && group.aside() == capacity);
    subject.check(whole, "count", group.aside(), span);
    for (long index = 0; index < group.aside(); index++) {
      int slot = (int) ((group.firstAside() + index) % capacity);
      long block = fields.u32(header + 4 * slot);
      boolean good = block > 0 && block < group.blocks();
      subject.slot(slot).check(good, "block", block, "within the group");
      visitor.block(block);
    }
  }
}
