package cairn.filesystem.ext.check;

import static cairn.filesystem.ext.disk.ExtFeatures.COMPAT_EXT_ATTR;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.ext.disk.ExtSuperblock;
import cairn.filesystem.ext.disk.Inode;
import cairn.filesystem.ext.disk.InodeTable;
import cairn.filesystem.ext.disk.XattrEntries;
import java.io.IOException;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// Checks extended attributes, and counts who has blocks and values that may be shared.
final class XattrCheck {
  private static final int NAMESPACE_ENCRYPTION = 9;
  private static final int HEADER_BYTES = 32;

  private final Scene scene;
  private final ExtSuperblock superblock;
  private final InodeTable table;

  /// Only blocks that say that several inodes have them; any other is claimed once and no more.
  private final Map<Long, Shared> shared = new HashMap<>();

  private boolean sawEncryption;

  /// What is known of a block.
  private static final class Shared {
    private final long references;
    private long found = 1;
    private long values;

    private Shared(long references) {
      this.references = references;
    }
  }

  XattrCheck(Scene scene, InodeTable table) {
    this.scene = scene;
    this.superblock = scene.superblock();
    this.table = table;
  }

  void check(FileUse use) throws IOException {
    Inode inode = use.inode();
    sawEncryption = false;
    checkOwn(use);
    checkBlock(use);
    if (inode.has(Inode.FLAG_ENCRYPTED) && !sawEncryption) {
      scene.report().wrong(inode.subject(), "context of encryption", "none", "an attribute");
    }
  }

  private void checkOwn(FileUse use) throws IOException {
    Inode inode = use.inode();
    Optional<XattrEntries> entries = XattrEntries.of(inode, superblock.inodeBytes());
    if (entries.isPresent()) {
      int room = superblock.inodeBytes() - Inode.CORE_BYTES - inode.extraBytes() - Integer.BYTES;
      scene
          .report()
          .good(
              () -> use.count(check(entries.get(), inode, inode.subject(), new Room(room, false))));
    }
  }

  private void checkBlock(FileUse use) throws IOException {
    Inode inode = use.inode();
    long block = inode.attributeBlock();
    if (block == 0) {
      return;
    }
    if (!superblock.compat(COMPAT_EXT_ATTR) || !superblock.holds(block)) {
      use.damaged();
      scene.report().wrong(inode.subject(), "attribute block", block, "0");
      return;
    }
    Shared known = shared.get(block);
    if (known != null) {
      known.found++;
      use.count(1 + known.values);
    } else if (use.claimNode(block)) {
      scene.report().good(() -> readBlock(use, block));
    }
  }

  private void readBlock(FileUse use, long block) throws IOException, CorruptData {
    Subject subject = Subject.of("attribute block", Long.toString(block));
    byte[] bytes = scene.blocks().read(block, subject);
    XattrEntries entries = XattrEntries.of(bytes);
    entries.checkHeader(subject);
    subject.check(entries.references() > 0, "references", entries.references(), "1 or more");
    if (entries.references() > 1) {
      shared.put(block, new Shared(entries.references()));
    }
    if (superblock.hasChecksums()) {
      entries.checkSeal(block, superblock.checksumSeed(), subject);
    }
    long values = check(entries, use.inode(), subject, new Room(bytes.length, true));
    use.count(values);
    Shared one = shared.get(block);
    if (one != null) {
      one.values = values;
    }
  }

  /// The space that names and values share.
  private static final class Room {
    private final BitSet taken = new BitSet();
    private final int size;
    private final boolean isBlock;

    private Room(int size, boolean isBlock) {
      this.size = size;
      this.isBlock = isBlock;
      if (isBlock) {
        taken.set(0, HEADER_BYTES);
      }
    }

    private void take(long from, int length, Subject subject) throws CorruptData {
      boolean within = from + length <= size;
      int used = within ? taken.nextSetBit((int) from) : (int) from;
      subject.check(
          within && (used < 0 || used >= from + length), "bytes from", from, "bytes of its own");
      taken.set((int) from, (int) from + length);
    }
  }

  /// @return how many clusters of values are kept in inodes
  private long check(XattrEntries entries, Inode inode, Subject subject, Room room)
      throws IOException, CorruptData {
    long values = 0;
    while (entries.advance(subject)) {
      Subject slot = subject.slot(entries.place());
      room.take(entries.place(), entries.entriesEnd() - entries.place(), slot);
      slot.check(entries.namespace() != 0, "namespace", 0, "1 or more");
      sawEncryption |= entries.namespace() == NAMESPACE_ENCRYPTION;
      if (entries.valueInode() != 0) {
        values += checkValue(entries, inode, slot);
        continue;
      }
      if (entries.valueLength() > 0) {
        int length = XattrEntries.padded((int) entries.valueLength());
        room.take(entries.valueOffset(), length, slot);
      }
      boolean hashed = room.isBlock || entries.hash() != 0;
      slot.check(!hashed || entries.hasHash(), "hash", entries.hash(), "the hash of the value");
    }
    if (entries.entriesEnd() + Integer.BYTES <= room.size) {
      room.take(entries.entriesEnd(), Integer.BYTES, subject);
    } else {
      subject.check(false, "end of entries", entries.entriesEnd(), room.size - Integer.BYTES);
    }
    return values;
  }

  private long checkValue(XattrEntries entry, Inode inode, Subject slot)
      throws IOException, CorruptData {
    long number = entry.valueInode();
    slot.check(number >= superblock.firstInode(), "inode of value", number, "a free inode");
    Inode value = table.inode(number);
    slot.check(value.has(Inode.FLAG_VALUE), "inode of value", number, "a value");
    scene.inodes().refer(number);
    boolean hashed = entry.hasHash(value.valueHash());
    boolean old = value.owner() == inode.number() && value.generation() == inode.generation();
    slot.check(hashed || old, "hash", entry.hash(), "the hash of the value");
    long clusterBytes = (long) superblock.blockBytes() * superblock.blocksPerCluster();
    return hashed ? Math.ceilDiv(entry.valueLength(), clusterBytes) : 0;
  }

  /// After all inodes: whether as many have each block as it says.
  void finish() {
    shared.forEach((block, one) -> {
      if (one.references != one.found) {
        Subject subject = Subject.of("attribute block", Long.toString(block));
        scene.report().wrong(subject, "references", one.references, one.found);
      }
    });
  }
}
