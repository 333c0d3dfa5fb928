package cairn.filesystem.xfs;

import cairn.base.block.BlockReader;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.layout.Area;
import cairn.filesystem.layout.Fields;
import java.io.IOException;

/// The header of the free space of an allocation group, `struct xfs_agf`: its second sector.
///
/// | offset | bytes | field                                                   |
/// |-------:|------:|---------------------------------------------------------|
/// |      0 |     4 | `XAGF`                                                  |
/// |      4 |     4 | version, 1                                              |
/// |      8 |     4 | number of the group                                     |
/// |     12 |     4 | blocks of the group                                     |
/// |     16 |     4 | root of the tree of free extents by block, see [XfsFreeTree] |
/// |     28 |     4 | its levels                                              |
/// |     52 |     4 | free blocks in that tree                                |
/// |     64 |    16 | UUID, with version 5                                    |
/// |    216 |     4 | checksum, with version 5                                |
///
/// @param number of the group, from 0
record XfsGroup(long number, long blocks, long freeRoot, int freeLevels, long freeBlocks) {
  private static final String MAGIC = "XAGF";
  private static final int VERSION = 1;
  private static final int CHECKSUM_AT = 216;
  private static final int LEVELS_MAX = 9;

  static XfsGroup read(BlockReader volume, XfsSuperblock superblock, long number)
      throws IOException, CorruptData {
    Subject subject = Subject.of("group header", Long.toString(number));
    int sector = superblock.sectorBytes();
    long offset = superblock.groupOffset(number) + sector;
    Fields fields = Fields.bigEndian(Area.read(volume, offset, sector, subject));
    subject.check(fields.holds(0, MAGIC), "magic", fields.u32(0), MAGIC);
    if (superblock.hasChecksums()) {
      XfsSeal.check(fields, CHECKSUM_AT, subject);
      boolean own = fields.holds(64, superblock.metadataUuid());
      subject.check(own, "uuid", fields.uuid(64), "that of the superblock");
    }
    subject.checkEqual(fields.u32(4), VERSION, "version");
    subject.checkEqual(fields.u32(8), number, "number");
    XfsGroup group =
        new XfsGroup(number, fields.u32(12), fields.u32(16), fields.i32(28), fields.u32(52));
    group.check(subject, superblock);
    return group;
  }

  private void check(Subject subject, XfsSuperblock superblock) throws CorruptData {
    subject.checkEqual(blocks, superblock.groupBlocks(number), "blocks");
    subject.check(freeRoot > 0 && freeRoot < blocks, "root", freeRoot, "1.." + (blocks - 1));
    boolean goodLevels = freeLevels >= 1 && freeLevels <= LEVELS_MAX;
    subject.check(goodLevels, "levels", freeLevels, "1.." + LEVELS_MAX);
    subject.check(freeBlocks <= blocks, "free blocks", freeBlocks, blocks);
  }
}
