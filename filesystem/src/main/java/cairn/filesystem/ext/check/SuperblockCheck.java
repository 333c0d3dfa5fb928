package cairn.filesystem.ext.check;

import static cairn.filesystem.ext.disk.ExtFeatures.COMPAT_RESIZE_INODE;
import static cairn.filesystem.ext.disk.ExtFeatures.COMPAT_SPARSE_SUPER2;
import static cairn.filesystem.ext.disk.ExtFeatures.INCOMPAT_64BIT;
import static cairn.filesystem.ext.disk.ExtFeatures.INCOMPAT_META_BG;
import static cairn.filesystem.ext.disk.ExtFeatures.INCOMPAT_MMP;
import static cairn.filesystem.ext.disk.ExtFeatures.INCOMPAT_RECOVER;
import static cairn.filesystem.ext.disk.ExtFeatures.RO_COMPAT_BIGALLOC;

import cairn.base.bytes.Subject;
import cairn.filesystem.ext.disk.ExtSuperblock;
import cairn.filesystem.ext.disk.Inode;
import cairn.filesystem.layout.Fields;
import cairn.filesystem.layout.RawCrc32c;
import java.io.IOException;

/// What of the superblock is not needed to find a way in the file system, and is wrong all the
/// same.
final class SuperblockCheck {
  private static final int REVISION_MAX = 1;
  private static final int FIRST_INODE_MIN = 11;
  private static final int FLEX_LOG_MAX = 31;
  private static final int MMP_MAGIC = 0x004D4D50;
  private static final int MMP_CHECKSUM_AT = 0x3fc;

  private final Scene scene;
  private final ExtSuperblock superblock;
  private final Fields fields;
  private final Subject subject = Subject.of("superblock", "ext").at("1024");

  SuperblockCheck(Scene scene) {
    this.scene = scene;
    this.superblock = scene.superblock();
    this.fields = superblock.fields();
  }

  void run() {
    checkSizes();
    checkCounts();
    checkJournal();
    checkState();
    checkGroups();
  }

  private void checkSizes() {
    most("revision", fields.u32(0x4c), REVISION_MAX);
    if (!superblock.readOnlyCompat(RO_COMPAT_BIGALLOC)) {
      equal("cluster size", fields.u32(0x1c), fields.u32(0x18));
      equal("clusters per group", fields.u32(0x24), fields.u32(0x20));
    }
    int extra = superblock.inodeBytes() - Inode.CORE_BYTES;
    if (extra > 0) {
      most("smallest extra size of inodes", fields.u16(0x15c), extra);
      most("wanted extra size of inodes", fields.u16(0x15e), extra);
    }
    boolean goodFirst =
        superblock.firstInode() >= FIRST_INODE_MIN
            && superblock.firstInode() <= superblock.inodes();
    check(goodFirst, "first inode", superblock.firstInode(), FIRST_INODE_MIN);
    boolean plain = superblock.isOld() && features() != 0;
    check(!plain, "features of revision 0", features(), 0);
  }

  private long features() {
    return (fields.i32(0x5c) | fields.i32(0x60) | fields.i32(0x64)) & 0xFFFF_FFFFL;
  }

  private void checkCounts() {
    long high = superblock.incompat(INCOMPAT_64BIT) ? fields.u32(0x154) << 32 : 0;
    most("reserved blocks", high | fields.u32(0x08), superblock.blocks() / 2);
    long clusters = Math.ceilDiv(superblock.blocks(), (long) superblock.blocksPerCluster());
    most("free blocks", superblock.freeClusters(), clusters);
    most("free inodes", fields.u32(0x10), superblock.inodes());
  }

  private void checkJournal() {
    boolean elsewhere = fields.u32(0xe4) != 0 || fields.uuid(0xd0).isPresent();
    boolean named = superblock.journalInode() != 0;
    if (superblock.hasJournal()) {
      check(named || elsewhere, "inode of the journal", 0, Inode.JOURNAL);
      check(!named || !elsewhere, "device of the journal", fields.u32(0xe4), 0);
      boolean known =
          superblock.journalInode() == Inode.JOURNAL
              || superblock.journalInode() >= superblock.firstInode();
      check(!named || known, "inode of the journal", superblock.journalInode(), Inode.JOURNAL);
    } else {
      check(!named, "inode of the journal", superblock.journalInode(), 0);
      check(!elsewhere, "device of the journal", fields.u32(0xe4), 0);
      boolean waits = superblock.incompat(INCOMPAT_RECOVER);
      check(!waits, "journal to be replayed", "none", "a journal");
    }
  }

  private void checkState() {
    check(!superblock.hasErrors(), "state", "errors were recorded", "no errors");
    check(superblock.uuid().isPresent(), "UUID", "none", "a UUID");
  }

  private void checkGroups() {
    most("groups of a flexible group, as a power of two", fields.u8(0x174), FLEX_LOG_MAX);
    int reserved = superblock.reservedDescriptorBlocks();
    if (!superblock.compat(COMPAT_RESIZE_INODE)) {
      equal("reserved descriptor blocks", reserved, 0);
    }
    most("reserved descriptor blocks", reserved, superblock.blockBytes() / Integer.BYTES);
    if (superblock.incompat(INCOMPAT_META_BG)) {
      most("first scattered descriptor block", fields.u32(0x104), superblock.descriptorBlocks());
    }
    if (superblock.compat(COMPAT_SPARSE_SUPER2)) {
      most("group of a backup", fields.u32(0x24c), superblock.groups() - 1);
      most("group of a backup", fields.u32(0x250), superblock.groups() - 1);
    }
  }

  /// After the groups have claimed what is theirs.
  void checkMountProtection() throws IOException {
    if (!superblock.incompat(INCOMPAT_MMP)) {
      return;
    }
    long block = fields.u64(0x168);
    Subject mmp = Subject.of("mount protection block", Long.toString(block));
    scene
        .report()
        .good(() -> {
          Fields content = Fields.littleEndian(scene.blocks().read(block, mmp));
          mmp.checkEqual(scene.claims().takeMetadata(block, 1), 0, "claims of others");
          mmp.checkEqual(content.i32(0), MMP_MAGIC, "magic");
          if (superblock.hasChecksums()) {
            int crc = RawCrc32c.of(superblock.checksumSeed(), content.bytes(), 0, MMP_CHECKSUM_AT);
            mmp.checkEqual(content.i32(MMP_CHECKSUM_AT), crc, "checksum");
          }
        });
  }

  private void most(String field, long have, long most) {
    check(have <= most, field, have, "0.." + most);
  }

  private void equal(String field, long have, long expect) {
    check(have == expect, field, have, expect);
  }

  private void check(boolean good, String field, Object have, Object expect) {
    if (!good) {
      scene.report().wrong(subject, field, have, expect);
    }
  }
}
