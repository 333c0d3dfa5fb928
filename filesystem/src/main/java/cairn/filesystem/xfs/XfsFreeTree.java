package cairn.filesystem.xfs;

import cairn.base.block.BlockReader;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.layout.Area;
import cairn.filesystem.layout.Fields;
import java.io.IOException;

/// The free extents of a group in the order of their blocks, `bnobt`. A block of it is a header,
/// then the records, `struct xfs_alloc_rec`; above the leaves all keys, which are like records,
/// then all pointers.
///
/// | offset | bytes | field                                               |
/// |-------:|------:|-----------------------------------------------------|
/// |      0 |     4 | `AB3B`, with version 4 `ABTB`                       |
/// |      4 |     2 | level, 0 for a leaf                                 |
/// |      6 |     2 | number of records                                   |
/// |      8 |     8 | left and right sibling                              |
/// |     16 |     8 | where this block lies, in 512 bytes (version 5)     |
/// |     32 |    16 | UUID (version 5)                                    |
/// |     48 |     4 | number of the group (version 5)                     |
/// |     52 |     4 | checksum (version 5)                                |
///
/// Records ascend over the whole tree, so that a tree in which a block can be reached twice is
/// found out at the second time.
final class XfsFreeTree {
  private static final int BASIC_BYTES = 512;
  private static final int CHECKSUM_AT = 52;
  private static final int HEADER_BYTES = 16;
  private static final int HEADER_BYTES_5 = 56;
  private static final int RECORD_BYTES = 8;
  private static final int POINTER_BYTES = 4;

  /// Takes free extents in ascending order, in blocks of the group.
  interface FreeVisitor {
    void free(long block, long count);
  }

  private final BlockReader volume;
  private final XfsSuperblock superblock;
  private final XfsGroup group;
  private final FreeVisitor visitor;
  private long end;
  private long free;

  XfsFreeTree(BlockReader volume, XfsSuperblock superblock, XfsGroup group, FreeVisitor visitor) {
    this.volume = volume;
    this.superblock = superblock;
    this.group = group;
    this.visitor = visitor;
  }

  void visit() throws IOException, CorruptData {
    visit(group.freeRoot(), group.freeLevels() - 1, -1);
    subject(group.freeRoot()).checkEqual(free, group.freeBlocks(), "free blocks");
  }

  /// @param firstKey what the parent says of the first record, or -1
  private void visit(long block, int level, long firstKey) throws IOException, CorruptData {
    Subject subject = subject(block);
    subject.check(block > 0 && block < group.blocks(), "pointer", block, "within the group");
    Fields node = read(block, subject);
    int records = node.u16(6);
    subject.checkEqual(node.u16(4), level, "level");
    int header = headerBytes();
    int recordBytes = level == 0 ? RECORD_BYTES : RECORD_BYTES + POINTER_BYTES;
    int most = (superblock.blockBytes() - header) / recordBytes;
    boolean mayBeEmpty = firstKey < 0 && level == 0;
    boolean goodCount = records <= most && (records > 0 || mayBeEmpty);
    subject.check(goodCount, "records", records, "1.." + most);
    if (firstKey >= 0) {
      subject.checkEqual(node.u32(header), firstKey, "first key");
    }
    for (int slot = 0; slot < records; slot++) {
      int at = header + slot * RECORD_BYTES;
      if (level == 0) {
        tell(node.u32(at), node.u32(at + 4), subject.slot(slot));
      } else {
        int pointerAt = header + most * RECORD_BYTES + slot * POINTER_BYTES;
        visit(node.u32(pointerAt), level - 1, node.u32(at));
      }
    }
  }

  private void tell(long block, long count, Subject subject) throws CorruptData {
    subject.check(block >= end, "block", block, end);
    boolean goodCount = count > 0 && count <= group.blocks() - block;
    subject.check(goodCount, "count", count, group.blocks() - block);
    end = block + count;
    free += count;
    visitor.free(block, count);
  }

  private Fields read(long block, Subject subject) throws IOException, CorruptData {
    long offset = superblock.groupOffset(group.number()) + block * superblock.blockBytes();
    byte[] bytes = Area.read(volume, offset, superblock.blockBytes(), subject);
    Fields node = Fields.bigEndian(bytes);
    String magic = superblock.hasChecksums() ? "AB3B" : "ABTB";
    subject.check(node.holds(0, magic), "magic", node.u32(0), magic);
    if (superblock.hasChecksums()) {
      XfsSeal.check(node, CHECKSUM_AT, subject);
      subject.checkEqual(node.u64(16), offset / BASIC_BYTES, "place");
      boolean own = node.holds(32, superblock.metadataUuid());
      subject.check(own, "uuid", node.uuid(32), "that of the superblock");
      subject.checkEqual(node.u32(48), group.number(), "owner");
    }
    return node;
  }

  private int headerBytes() {
    return superblock.hasChecksums() ? HEADER_BYTES_5 : HEADER_BYTES;
  }

  private Subject subject(long block) {
    return Subject.of("free tree", Long.toString(group.number())).at(Long.toString(block));
  }
}
