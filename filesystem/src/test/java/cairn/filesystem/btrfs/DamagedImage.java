package cairn.filesystem.btrfs;

import cairn.base.block.BlockReader;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Problem;
import cairn.filesystem.btrfs.tree.BlockSource;
import cairn.filesystem.btrfs.tree.BtrfsSuperblock;
import cairn.filesystem.btrfs.tree.Checksum;
import cairn.filesystem.btrfs.tree.ChunkMap;
import cairn.filesystem.btrfs.tree.Ids;
import cairn.filesystem.btrfs.tree.Key;
import cairn.filesystem.btrfs.tree.NotHere;
import cairn.filesystem.btrfs.tree.Pool;
import cairn.filesystem.btrfs.tree.RootItem;
import cairn.filesystem.btrfs.tree.Tree;
import cairn.filesystem.check.Findings;
import cairn.filesystem.layout.Fields;
import cairn.filesystem.test.MemoryVolume;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/// An image in memory, and where its blocks lie, to change bytes of them with and without making
/// their checksums right again.
final class DamagedImage {
  static final int HEADER = 0x65;
  private static final int ITEM = 25;

  private final byte[] image;
  private final List<long[]> blocks = new ArrayList<>();
  private final BtrfsSuperblock superblock;
  private final ChunkMap map;
  private final int nodeBytes;
  private final Checksum checksum;
  private final List<Change> changes = new ArrayList<>();

  private record Change(int at, Fields before) {}

  /// What a check says.
  record Said(List<Problem> problems, List<String> unknown) {
    List<String> messages() {
      return problems.stream().map(Problem::message).toList();
    }
  }

  DamagedImage(byte[] image) throws IOException, CorruptData, NotHere {
    this.image = image;
    BlockReader volume = MemoryVolume.of(image);
    this.superblock = BtrfsSuperblock.read(volume);
    this.nodeBytes = superblock.nodeBytes();
    this.checksum = superblock.checksum();
    Pool pool = Pool.of(volume, superblock);
    this.map = ChunkMap.read(pool);
    BlockSource source = new BlockSource(pool, map);
    Tree roots = new Tree(source, superblock.rootTree());
    Key key = new Key(Ids.EXTENTS, Key.ROOT_ITEM, 0);
    new Tree(source, new RootItem(roots.find(key).orElseThrow()).root())
        .<RuntimeException>visit(
            Key.FIRST,
            Key.LAST,
            item -> {
              if (item.type() == Key.METADATA_ITEM) {
                blocks.add(map.copies(item.key().objectId(), nodeBytes));
              }
            });
  }

  byte[] bytes() {
    return image;
  }

  /// As it was before any change, like the map.
  BtrfsSuperblock superblock() {
    return superblock;
  }

  ChunkMap map() {
    return map;
  }

  int nodeBytes() {
    return nodeBytes;
  }

  int count() {
    return blocks.size();
  }

  /// The block of this number, a copy.
  Fields block(int index) {
    byte[] bytes = new byte[nodeBytes];
    System.arraycopy(image, (int) blocks.get(index)[0], bytes, 0, nodeBytes);
    return Fields.littleEndian(bytes);
  }

  /// The number of the block with this address.
  int find(long address) {
    return IntStream.range(0, count())
        .filter(index -> block(index).u64(0x30) == address)
        .findFirst()
        .orElseThrow();
  }

  /// Writes a byte of all copies of a block.
  void change(int index, int at, int value, boolean sealed) {
    byte[] bytes = block(index).bytes();
    bytes[at] = (byte) value;
    if (sealed) {
      seal(bytes);
    }
    for (long place : blocks.get(index)) {
      put((int) place, bytes);
    }
  }

  private void seal(byte[] bytes) {
    byte[] sum = checksum.of(bytes, 32, bytes.length - 32);
    System.arraycopy(sum, 0, bytes, 0, sum.length);
  }

  /// Writes a byte of the second copy of a block, or of another one.
  void changeCopy(int index, int copy, int at, int value) {
    byte[] bytes = block(index).bytes();
    bytes[at] = (byte) value;
    put((int) blocks.get(index)[copy], bytes);
  }

  /// Writes a byte of the superblock.
  void changeSuperblock(int at, int value) {
    int start = 64 << 10;
    byte[] bytes = new byte[4096];
    System.arraycopy(image, start, bytes, 0, bytes.length);
    bytes[at] = (byte) value;
    seal(bytes);
    put(start, bytes);
  }

  private void put(int place, byte[] bytes) {
    byte[] before = new byte[bytes.length];
    System.arraycopy(image, place, before, 0, bytes.length);
    changes.add(new Change(place, Fields.littleEndian(before)));
    System.arraycopy(bytes, 0, image, place, bytes.length);
  }

  /// Takes everything back.
  void undo() {
    for (Change change : changes.reversed()) {
      System.arraycopy(change.before().bytes(), 0, image, change.at(), change.before().size());
    }
    changes.clear();
  }

  /// Where something was changed since then: offset and length.
  List<int[]> changed() {
    return changes.stream().map(each -> new int[] {each.at(), each.before().size()}).toList();
  }

  /// Adds 1 to a byte of an item.
  ///
  /// @param owner the tree
  /// @param which the first of the type that this is true for, by its data
  /// @param offset in its data, or when it is negative, from the end of its key
  void changeItem(long owner, int type, Predicate<Fields> which, int offset) {
    for (int index = 0; index < blocks.size(); index++) {
      Fields block = block(index);
      boolean leaf = block.u8(0x64) == 0 && block.u64(0x58) == owner;
      for (int slot = 0; leaf && slot < block.i32(0x60); slot++) {
        int at = HEADER + slot * ITEM;
        int data = HEADER + (int) block.u32(at + 17);
        int size = (int) block.u32(at + 21);
        if (block.u8(at + 8) == type && size > offset && which.test(block.part(data, size))) {
          int place = offset < 0 ? at + 17 + offset : data + offset;
          change(index, place, block.u8(place) + 1, true);
          return;
        }
      }
    }
    throw new IllegalStateException("no item of type " + type);
  }

  Said check(boolean deep) throws IOException {
    return check(image, deep);
  }

  static Said check(byte[] image, boolean deep) throws IOException {
    Said said = new Said(new ArrayList<>(), new ArrayList<>());
    Findings findings =
        new Findings() {
          @Override
          public void problem(Problem problem) {
            said.problems().add(problem);
          }

          @Override
          public void unknown(String what) {
            said.unknown().add(what);
          }

          @Override
          public void progress(long bytes) {}
        };
    try {
      BtrfsFileSystem.open(MemoryVolume.of(image)).check(deep, findings);
    } catch (CorruptData e) {
      said.problems().add(e.problem());
    }
    return said;
  }
}
