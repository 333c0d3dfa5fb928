package cairn.filesystem.ext.disk;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.layout.Fields;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/// Finds inodes by their numbers. Keeps the place of each group's table, and what was read last.
/// May be used by several threads.
public final class InodeTable {
  private static final int KEPT_BLOCKS = 512;

  private final Blocks blocks;
  private final long[] tables;
  private final Map<Long, byte[]> kept = new LinkedHashMap<>(16, 0.75f, true);

  private InodeTable(Blocks blocks, long[] tables) {
    this.blocks = blocks;
    this.tables = tables;
  }

  /// @throws CorruptData when the descriptors of groups cannot be read
  public static InodeTable read(Blocks blocks) throws IOException, CorruptData {
    ExtSuperblock superblock = blocks.superblock();
    long[] tables = new long[(int) superblock.groups()];
    new ExtGroups(blocks.volume(), superblock)
        .visit(piece -> piece.forEach(group -> tables[(int) group.number()] = group.inodeTable()));
    return new InodeTable(blocks, tables);
  }

  /// What is wrong with the inode itself is not checked.
  ///
  /// @throws CorruptData when there is no such inode
  public Inode inode(long number) throws IOException, CorruptData {
    ExtSuperblock superblock = blocks.superblock();
    Subject subject = Subject.of("inode", Long.toString(number));
    subject.check(
        number > 0 && number <= superblock.inodes(), "number", number, "1.." + superblock.inodes());
    long group = superblock.groupOf(number);
    long offset = (number - 1) % superblock.inodesPerGroup() * superblock.inodeBytes();
    long block = tables[(int) group] + offset / superblock.blockBytes();
    byte[] bytes = block(block, subject);
    int at = (int) (offset % superblock.blockBytes());
    byte[] own = Arrays.copyOfRange(bytes, at, at + superblock.inodeBytes());
    return new Inode(number, Fields.littleEndian(own), 0, superblock);
  }

  private byte[] block(long block, Subject subject) throws IOException, CorruptData {
    synchronized (kept) {
      byte[] known = kept.get(block);
      if (known != null) {
        return known;
      }
    }
    byte[] bytes = blocks.read(block, subject);
    synchronized (kept) {
      kept.put(block, bytes);
      if (kept.size() > KEPT_BLOCKS) {
        kept.remove(kept.keySet().iterator().next());
      }
    }
    return bytes;
  }
}
