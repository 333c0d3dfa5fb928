package cairn.filesystem.ext.check;

import static cairn.filesystem.ext.disk.ExtFeatures.RO_COMPAT_ORPHAN_PRESENT;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.ext.disk.BlockMap;
import cairn.filesystem.ext.disk.ExtSuperblock;
import cairn.filesystem.ext.disk.Inode;
import cairn.filesystem.ext.disk.InodeTable;
import cairn.filesystem.file.Attributes;
import cairn.filesystem.layout.Fields;
import cairn.filesystem.layout.RawCrc32c;
import java.io.IOException;

/// Finds the inodes that are to be deleted or cut short at the next mount: in the list that begins
/// in the superblock and goes on in the time of deletion of each, and in the orphan file.
///
/// A block of that file holds numbers of inodes (4 bytes each, 0 when free), and at its end a
/// magic, 0x0b10ca04, and a checksum.
final class OrphanCheck {
  private static final int LAST_ORPHAN_AT = 0xe8;
  private static final int MAGIC = 0x0b10ca04;
  private static final int TAIL_BYTES = 8;

  private final Scene scene;
  private final ExtSuperblock superblock;
  private final InodeTable table;

  OrphanCheck(Scene scene, InodeTable table) {
    this.scene = scene;
    this.superblock = scene.superblock();
    this.table = table;
  }

  void run() throws IOException {
    scene.report().good(this::list);
    if (superblock.orphanFile() != 0) {
      scene.report().good(this::file);
    }
  }

  private void list() throws IOException, CorruptData {
    long number = superblock.fields().u32(LAST_ORPHAN_AT);
    while (number != 0) {
      Subject subject = Subject.of("orphan", Long.toString(number));
      boolean possible = number >= superblock.firstInode() && number <= superblock.inodes();
      subject.check(possible, "inode", number, superblock.firstInode() + "..");
      subject.check(scene.orphans().add(number), "list", "a loop", "an end");
      Inode inode = table.inode(number);
      number = inode.deleted();
      boolean used = inode.links() > 0 || inode.mode() != 0;
      subject.check(used, "inode", "not in use", "in use");
    }
  }

  private void file() throws IOException, CorruptData {
    Inode inode = table.inode(superblock.orphanFile());
    Subject subject = inode.subject();
    subject.check(inode.is(Attributes.Type.REGULAR), "mode", inode.mode(), "a regular file");
    BlockMap map = BlockMap.of(inode, scene.blocks());
    long count = Math.min(inode.size() / superblock.blockBytes(), superblock.blocks());
    for (long logical = 0; logical < count; logical++) {
      BlockMap.Run run = map.find(logical);
      subject.check(!run.isHole(), "block " + logical, "none", "a block");
      long place = run.physical() + logical - run.logical();
      scene.report().good(() -> block(inode, place));
    }
  }

  private void block(Inode inode, long place) throws IOException, CorruptData {
    Subject subject = Subject.of("orphan block", Long.toString(place));
    byte[] bytes = scene.blocks().read(place, subject);
    Fields fields = Fields.littleEndian(bytes);
    int end = bytes.length - TAIL_BYTES;
    subject.checkEqual(fields.i32(end), MAGIC, "magic");
    if (superblock.hasChecksums()) {
      byte[] number = new byte[Long.BYTES];
      for (int index = 0; index < number.length; index++) {
        number[index] = (byte) (place >>> (8 * index));
      }
      int crc = RawCrc32c.of(RawCrc32c.of(inode.checksumSeed(), number), bytes, 0, end);
      subject.checkEqual(fields.i32(end + Integer.BYTES), crc, "checksum");
    }
    boolean present = superblock.readOnlyCompat(RO_COMPAT_ORPHAN_PRESENT);
    for (int at = 0; at < end; at += Integer.BYTES) {
      long orphan = fields.u32(at);
      boolean good = present && orphan >= superblock.firstInode() && orphan <= superblock.inodes();
      subject.check(orphan == 0 || good, "orphan", orphan, 0);
      if (orphan != 0) {
        scene.orphans().add(orphan);
      }
    }
  }
}
