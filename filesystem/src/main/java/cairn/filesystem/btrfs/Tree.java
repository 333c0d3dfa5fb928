package cairn.filesystem.btrfs;

import cairn.base.block.BlockReader;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.layout.Area;
import cairn.filesystem.layout.Fields;
import cairn.filesystem.used.MapRefused;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// A tree, read block by block in the order of its keys. A block is a header, and then pointers, or
/// in a leaf (level 0) items, whose data lies at the end of the block.
///
/// | offset | bytes | field of the header, `struct btrfs_header`            |
/// |-------:|------:|-------------------------------------------------------|
/// |   0x00 |    32 | checksum of all after it                              |
/// |   0x20 |    16 | UUID                                                  |
/// |   0x30 |     8 | logical address of this block                         |
/// |   0x38 |     8 | flags: 1 written                                      |
/// |   0x50 |     8 | generation                                            |
/// |   0x58 |     8 | owner, the id of the tree                             |
/// |   0x60 |     4 | number of items or pointers                           |
/// |   0x64 |     1 | level                                                 |
///
/// A pointer is a key, an address and a generation; an item a key, and offset and size of its data,
/// counted from the end of the header.
///
/// Keys ascend over the whole tree, so that a block that can be reached twice is found out.
final class Tree {
  private static final int HEADER_BYTES = 0x65;
  private static final int POINTER_BYTES = Key.BYTES + 16;
  private static final int ITEM_BYTES = Key.BYTES + 8;
  private static final int WRITTEN = 1;

  /// Takes items in ascending order of their keys.
  interface ItemVisitor {
    void item(Key key, Fields data) throws CorruptData, MapRefused;
  }

  private final BlockReader volume;
  private final BtrfsSuperblock superblock;
  private final ChunkMap map;
  private final byte[] uuid;

  Tree(BlockReader volume, BtrfsSuperblock superblock, ChunkMap map) {
    this.volume = volume;
    this.superblock = superblock;
    this.map = map;
    this.uuid = superblock.metadataUuid();
  }

  /// Visits the items with keys in `[low, high]`.
  void visit(TreeRoot root, Key low, Key high, ItemVisitor visitor)
      throws IOException, CorruptData, MapRefused {
    new Walk(root.id(), low, high, visitor).visit(root, null);
  }

  private final class Walk {
    private final long owner;
    private final Key low;
    private final Key high;
    private final ItemVisitor visitor;
    private Key latest = Key.FIRST;

    Walk(long owner, Key low, Key high, ItemVisitor visitor) {
      this.owner = owner;
      this.low = low;
      this.high = high;
      this.visitor = visitor;
    }

    /// @param first what the parent says of the first key, or null in the topmost block
    void visit(TreeRoot at, @Nullable Key first) throws IOException, CorruptData, MapRefused {
      Subject subject =
          Subject.of(at.level() == 0 ? "leaf" : "node", Long.toString(at.address()))
              .at("root " + owner);
      Fields block = read(at, subject);
      int count = block.i32(0x60);
      int entryBytes = at.level() == 0 ? ITEM_BYTES : POINTER_BYTES;
      int most = (block.size() - HEADER_BYTES) / entryBytes;
      int least = first == null && at.level() == 0 ? 0 : 1;
      subject.check(count >= least && count <= most, "items", count, least + ".." + most);
      checkKeys(block, count, entryBytes, subject);
      if (first != null) {
        Key have = Key.read(block, HEADER_BYTES);
        subject.check(have.equals(first), "first key", have, first);
      }
      if (at.level() == 0) {
        visitItems(block, count, subject);
      } else {
        visitChildren(at, block, count);
      }
    }

    private void checkKeys(Fields block, int count, int entryBytes, Subject subject)
        throws CorruptData {
      Key before = latest;
      for (int slot = 0; slot < count; slot++) {
        Key key = Key.read(block, HEADER_BYTES + slot * entryBytes);
        subject.slot(slot).check(key.isAfter(before), "key", key, "after " + before);
        before = key;
      }
    }

    private void visitItems(Fields block, int count, Subject subject)
        throws CorruptData, MapRefused {
      long free = (long) block.size() - HEADER_BYTES;
      for (int slot = 0; slot < count; slot++) {
        int at = HEADER_BYTES + slot * ITEM_BYTES;
        long offset = block.u32(at + Key.BYTES);
        long size = block.u32(at + Key.BYTES + 4);
        Subject item = subject.slot(slot);
        item.checkEqual(offset + size, free, "data end");
        item.check(offset >= (long) count * ITEM_BYTES, "data offset", offset, "after the items");
        free = offset;
        latest = Key.read(block, at);
        if (latest.compareTo(low) >= 0 && latest.compareTo(high) <= 0) {
          visitor.item(latest, block.part(HEADER_BYTES + (int) offset, (int) size));
        }
      }
    }

    private void visitChildren(TreeRoot parent, Fields block, int count)
        throws IOException, CorruptData, MapRefused {
      for (int slot = 0; slot < count; slot++) {
        int at = HEADER_BYTES + slot * POINTER_BYTES;
        Key key = Key.read(block, at);
        boolean last = slot + 1 == count;
        boolean before = !last && Key.read(block, at + POINTER_BYTES).compareTo(low) <= 0;
        if (!before && key.compareTo(high) <= 0) {
          long address = block.u64(at + Key.BYTES);
          long generation = block.u64(at + Key.BYTES + 8);
          visit(new TreeRoot(owner, address, parent.level() - 1, generation), key);
        }
      }
    }
  }

  private Fields read(TreeRoot at, Subject subject) throws IOException, CorruptData, MapRefused {
    long offset = map.locate(at.address(), superblock.nodeBytes());
    byte[] bytes = Area.read(volume, offset, superblock.nodeBytes(), subject);
    Fields block = Fields.littleEndian(bytes);
    subject.checkEqual(block.u64(0x30), at.address(), "address");
    superblock.checksum().check(block, subject);
    subject.check(block.holds(0x20, uuid), "uuid", block.uuid(0x20), "that of the superblock");
    subject.checkEqual(block.u8(0x64), at.level(), "level");
    subject.checkEqual(block.u64(0x50), at.generation(), "generation");
    subject.checkEqual(block.u64(0x58), at.id(), "owner");
    subject.check((block.u64(0x38) & WRITTEN) != 0, "flags", block.u64(0x38), WRITTEN);
    return block;
  }
}
