package cairn.filesystem.ext.check;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.ext.disk.ExtGroup;
import cairn.filesystem.ext.disk.ExtSuperblock;
import cairn.filesystem.layout.Fields;
import java.io.IOException;
import java.util.Arrays;

/// Compares the copies of superblock and descriptors with the first ones: not in what changes as
/// time goes by, for copies are written when the file system is made or resized.
final class BackupCheck {
  /// Offset and length of fields that say where everything lies.
  private static final int[][] GEOMETRY = {
    {0x00, 8}, {0x14, 16}, {0x28, 4}, {0x58, 2}, {0xfe, 2}, {0x104, 4}, {0x150, 4}
  };

  private static final int GROUP_AT = 0x5a;

  private final Scene scene;
  private final ExtSuperblock superblock;

  BackupCheck(Scene scene) {
    this.scene = scene;
    this.superblock = scene.superblock();
  }

  void run() throws IOException {
    for (long group = 1; group < superblock.groups(); group++) {
      long number = group;
      if (superblock.hasSuperblock(group)) {
        scene.report().good(() -> checkSuperblock(number));
        for (long index = 0; index < superblock.descriptorBlocks(); index++) {
          if (!superblock.isScattered(index)) {
            check(index, superblock.firstBlock(group) + 1 + index);
          }
        }
      }
    }
    for (long index = 0; index < superblock.descriptorBlocks(); index++) {
      if (superblock.isScattered(index)) {
        long first = index * superblock.descriptorsPerBlock();
        checkScattered(index, first + 1);
        checkScattered(index, first + superblock.descriptorsPerBlock() - 1);
      }
    }
  }

  private void checkScattered(long index, long group) throws IOException {
    if (group < superblock.groups()) {
      long before = superblock.hasSuperblock(group) ? 1 : 0;
      check(index, superblock.firstBlock(group) + before);
    }
  }

  private void checkSuperblock(long group) throws IOException, CorruptData {
    long block = superblock.firstBlock(group);
    Subject subject = Subject.of("superblock", "ext").at(place(block));
    byte[] bytes = scene.blocks().read(block, subject);
    Fields copy = Fields.littleEndian(Arrays.copyOf(bytes, ExtSuperblock.BYTES));
    ExtSuperblock backup = ExtSuperblock.backup(copy.bytes(), subject);
    for (int[] field : GEOMETRY) {
      boolean same = copy.holds(field[0], superblock.fields().raw(field[0], field[1]));
      subject.check(same, "field at " + field[0], "another value", "as the first superblock");
    }
    if (!backup.isOld()) {
      subject.checkEqual(copy.u16(GROUP_AT), group & 0xFFFF, "group");
    }
  }

  private void check(long index, long block) throws IOException {
    Subject subject = Subject.of("group descriptors", Long.toString(index)).at(place(block));
    scene
        .report()
        .good(() -> {
          byte[] bytes = scene.blocks().read(block, subject);
          checkDescriptors(index, Fields.littleEndian(bytes), subject);
        });
  }

  private void checkDescriptors(long index, Fields table, Subject subject) throws CorruptData {
    long first = index * superblock.descriptorsPerBlock();
    long end = Math.min(superblock.groups(), first + superblock.descriptorsPerBlock());
    for (long number = first; number < end; number++) {
      int at = (int) (number - first) * superblock.descriptorBytes();
      ExtGroup copy = new ExtGroup(number, table, at, superblock);
      ExtGroup original = scene.groups().get((int) number);
      Subject slot = subject.slot((int) (number - first));
      slot.checkEqual(copy.blockBitmap(), original.blockBitmap(), "block bitmap");
      slot.checkEqual(copy.inodeBitmap(), original.inodeBitmap(), "inode bitmap");
      slot.checkEqual(copy.inodeTable(), original.inodeTable(), "inode table");
    }
  }

  private String place(long block) {
    return Long.toString(block * superblock.blockBytes());
  }
}
