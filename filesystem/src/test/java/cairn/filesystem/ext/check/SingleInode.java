package cairn.filesystem.ext.check;

import cairn.base.block.BlockReader;
import cairn.base.block.Extent;
import cairn.base.bytes.CorruptData;
import cairn.filesystem.check.Findings;
import cairn.filesystem.ext.disk.Blocks;
import cairn.filesystem.ext.disk.ExtSuperblock;
import cairn.filesystem.ext.disk.Inode;
import cairn.filesystem.ext.disk.InodeTable;
import cairn.filesystem.test.Counted;
import cairn.filesystem.test.Places;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// An inode with all that belongs to it, map, attributes and entries, as a part of an image that is
/// checked by itself.
public final class SingleInode {
  private final ExtSuperblock superblock;
  private final long number;

  private SingleInode(ExtSuperblock superblock, long number) {
    this.superblock = superblock;
    this.number = number;
  }

  /// All that are in use, by number from 1 on.
  public static List<SingleInode> all(BlockReader sound) throws IOException, CorruptData {
    ExtSuperblock superblock = ExtSuperblock.read(sound);
    InodeTable table = InodeTable.read(new Blocks(sound, superblock, bytes -> {}));
    List<SingleInode> all = new ArrayList<>();
    for (long number = 1; number <= superblock.inodes(); number++) {
      Inode inode = table.inode(number);
      if (number == Inode.ROOT || (number >= superblock.firstInode() && inode.links() > 0)) {
        all.add(new SingleInode(superblock, number));
      }
    }
    return all;
  }

  /// Where it lies in a sound image: first the block with the inode itself.
  public List<Extent> places(BlockReader sound) throws IOException, CorruptData {
    Places places = new Places(sound);
    InodeTable table = InodeTable.read(new Blocks(places, superblock, bytes -> {}));
    int before = places.list().size();
    table.inode(number);
    Extent block = places.list().get(before);
    long within = (number - 1) % superblock.inodesPerGroup() * superblock.inodeBytes();
    long at = block.offset() + within % superblock.blockBytes();
    List<Extent> all = new ArrayList<>();
    all.add(new Extent(at, superblock.inodeBytes(), Extent.State.DATA));
    check(places, new Counted());
    all.addAll(places.list().subList(before + 1, places.list().size()));
    return all;
  }

  public void check(BlockReader volume, Findings findings) throws IOException {
    Report report = new Report(findings);
    Scene scene = Scene.of(new Blocks(volume, superblock, report::read), report, false);
    report.good(() -> check(scene));
  }

  private void check(Scene scene) throws IOException, CorruptData {
    InodeTable table = InodeTable.read(scene.blocks());
    Inode inode = table.inode(number);
    scene.report().good(inode::checkSeal);
    new InodeCheck(scene, new XattrCheck(scene, table)).check(inode);
    scene.directories().close();
    new DirectoryCheck(scene, table).run();
  }
}
