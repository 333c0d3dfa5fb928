package cairn.filesystem.ext;

import cairn.base.bytes.CorruptData;
import cairn.filesystem.ext.disk.BlockMap;
import cairn.filesystem.ext.disk.Blocks;
import cairn.filesystem.ext.disk.DirectoryBlock;
import cairn.filesystem.ext.disk.ExtGroup;
import cairn.filesystem.ext.disk.ExtGroups;
import cairn.filesystem.ext.disk.ExtSuperblock;
import cairn.filesystem.ext.disk.ExtentNode;
import cairn.filesystem.ext.disk.Inode;
import cairn.filesystem.ext.disk.InodeTable;
import cairn.filesystem.file.Attributes;
import cairn.filesystem.layout.Fields;
import cairn.filesystem.layout.RawCrc32c;
import cairn.filesystem.test.MemoryVolume;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Knows of a sound image which structure each byte belongs to, and makes its checksum right again.
final class ExtSeals {
  private final ExtSuperblock superblock;
  private final List<ExtGroup> groups = new ArrayList<>();
  private final Map<Long, Integer> owners = new HashMap<>();

  ExtSeals(byte[] image) throws IOException, CorruptData {
    MemoryVolume volume = MemoryVolume.of(image);
    this.superblock = ExtSuperblock.read(volume);
    new ExtGroups(volume, superblock).visit(groups::addAll);
    Blocks blocks = new Blocks(volume, superblock, bytes -> {});
    InodeTable table = InodeTable.read(blocks);
    for (long number = 1; number <= superblock.inodes(); number++) {
      Inode inode = table.inode(number);
      if (inode.links() > 0 && !inode.isInline()) {
        own(inode, blocks);
      }
    }
  }

  private void own(Inode inode, Blocks blocks) throws IOException, CorruptData {
    if (inode.hasExtents()) {
      own(ExtentNode.root(inode), inode, blocks);
    }
    if (inode.is(Attributes.Type.DIRECTORY)) {
      BlockMap map = BlockMap.of(inode, blocks);
      for (long logical = 0; logical < inode.size() / superblock.blockBytes(); logical++) {
        BlockMap.Run run = map.find(logical);
        owners.put(run.physical() + logical - run.logical(), inode.checksumSeed());
      }
    }
  }

  private void own(ExtentNode node, Inode inode, Blocks blocks) throws IOException, CorruptData {
    for (int index = 0; index < node.entries() && !node.isLeaf(); index++) {
      owners.put(node.physical(index), inode.checksumSeed());
      own(ExtentNode.of(blocks.read(node.physical(index), inode.subject())), inode, blocks);
    }
  }

  void renew(byte[] image, int at) {
    if (at >= ExtSuperblock.OFFSET && at < ExtSuperblock.OFFSET + ExtSuperblock.BYTES) {
      put(image, 1024 + 0x3fc, raw(~0, image, 1024, 0x3fc), Integer.BYTES);
      return;
    }
    int bytes = superblock.blockBytes();
    long block = at / bytes;
    for (long index = 0; index < superblock.descriptorBlocks(); index++) {
      if (superblock.descriptorBlock(index) == block) {
        int slot = at % bytes / superblock.descriptorBytes();
        renewDescriptor(image, (int) index * superblock.descriptorsPerBlock() + slot);
      }
    }
    for (ExtGroup group : groups) {
      renew(image, block, group, at);
    }
    Integer seed = owners.get(block);
    if (seed != null) {
      renewOwned(image, (int) block * bytes, seed);
    } else if (Fields.littleEndian(image).i32((int) block * bytes) == 0xEA020000) {
      renewAttributes(image, block);
    }
  }

  private void renew(byte[] image, long block, ExtGroup group, int at) {
    int bytes = superblock.blockBytes();
    int descriptor = descriptorAt(group.number());
    int seed = superblock.checksumSeed();
    if (block == group.blockBitmap()) {
      int crc = raw(seed, image, (int) block * bytes, superblock.clustersPerGroup() / 8);
      putHalves(image, descriptor, 0x18, crc);
      renewDescriptor(image, (int) group.number());
    } else if (block == group.inodeBitmap()) {
      int crc = raw(seed, image, (int) block * bytes, (int) superblock.inodesPerGroup() / 8);
      putHalves(image, descriptor, 0x1a, crc);
      renewDescriptor(image, (int) group.number());
    } else if (block >= group.inodeTable()
        && block < group.inodeTable() + superblock.inodeTableBlocks()) {
      int table = (int) group.inodeTable() * bytes;
      int slot = (at - table) / superblock.inodeBytes();
      if (slot < superblock.inodesPerGroup()) {
        long number = group.number() * superblock.inodesPerGroup() + slot + 1;
        renewInode(image, table + slot * superblock.inodeBytes(), number);
      }
    }
  }

  private void putHalves(byte[] image, int descriptor, int low, int crc) {
    put(image, descriptor + low, crc, 2);
    if (superblock.descriptorBytes() >= 64) {
      put(image, descriptor + low + 0x20, crc >>> 16, 2);
    }
  }

  private int descriptorAt(long group) {
    long block = superblock.descriptorBlock(group / superblock.descriptorsPerBlock());
    int slot = (int) (group % superblock.descriptorsPerBlock());
    return (int) block * superblock.blockBytes() + slot * superblock.descriptorBytes();
  }

  private void renewDescriptor(byte[] image, int group) {
    int at = descriptorAt(group);
    put(image, at + 0x1e, 0, 2);
    byte[] number = new byte[4];
    put(number, 0, group, 4);
    int crc = raw(superblock.checksumSeed(), number, 0, 4);
    put(image, at + 0x1e, raw(crc, image, at, superblock.descriptorBytes()), 2);
  }

  private void renewInode(byte[] image, int at, long number) {
    Inode inode = new Inode(number, Fields.littleEndian(image), at, superblock);
    boolean high = inode.extraBytes() >= 4;
    put(image, at + 0x7c, 0, 2);
    if (high) {
      put(image, at + 0x82, 0, 2);
    }
    int crc = raw(inode.checksumSeed(), image, at, superblock.inodeBytes());
    put(image, at + 0x7c, crc, 2);
    if (high) {
      put(image, at + 0x82, crc >>> 16, 2);
    }
  }

  private void renewOwned(byte[] image, int at, int seed) {
    int bytes = superblock.blockBytes();
    Fields fields = Fields.littleEndian(image);
    if (fields.u16(at) == 0xF30A) {
      int end = Math.min(12 + 12 * fields.u16(at + 4), bytes - 4);
      put(image, at + end, raw(seed, image, at, end), 4);
    } else if (fields.u16(at + bytes - 6) == 0xDE00 && fields.u32(at + bytes - 12) == 0) {
      int end = bytes - DirectoryBlock.TAIL_BYTES;
      put(image, at + bytes - 4, raw(seed, image, at, end), 4);
    } else {
      int entries = fields.u16(at + 4) == 12 ? 0x20 : 8;
      int count = Math.min(fields.u16(at + entries + 2), (bytes - entries) / 8 - 1);
      int tail = Math.min(entries + 8 * fields.u16(at + entries), bytes - 8);
      int crc = raw(seed, image, at, entries + 8 * count);
      crc = raw(crc, image, at + tail, 4);
      put(image, at + tail + 4, raw(crc, new byte[4], 0, 4), 4);
    }
  }

  private void renewAttributes(byte[] image, long block) {
    int at = (int) block * superblock.blockBytes();
    byte[] number = new byte[8];
    put(number, 0, (int) block, 4);
    put(image, at + 16, 0, 4);
    int crc = raw(superblock.checksumSeed(), number, 0, 8);
    put(image, at + 16, raw(crc, image, at, superblock.blockBytes()), 4);
  }

  private static int raw(int register, byte[] bytes, int from, int length) {
    return RawCrc32c.of(register, bytes, from, length);
  }

  private static void put(byte[] image, int at, int value, int length) {
    for (int index = 0; index < length; index++) {
      image[at + index] = (byte) (value >>> (8 * index));
    }
  }
}
