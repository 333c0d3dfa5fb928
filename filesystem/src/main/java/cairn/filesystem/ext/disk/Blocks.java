package cairn.filesystem.ext.disk;

import cairn.base.block.BlockReader;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import java.io.IOException;

/// The blocks of a file system, read by their numbers. May be used by several threads if its meter
/// may.
public final class Blocks {
  /// Is told what was read.
  @FunctionalInterface
  public interface Meter {
    void read(int bytes) throws IOException;
  }

  private final BlockReader volume;
  private final ExtSuperblock superblock;
  private final Meter meter;

  public Blocks(BlockReader volume, ExtSuperblock superblock, Meter meter) {
    this.volume = volume;
    this.superblock = superblock;
    this.meter = meter;
  }

  public ExtSuperblock superblock() {
    return superblock;
  }

  public BlockReader volume() {
    return volume;
  }

  /// @param subject names the block by its number
  /// @throws CorruptData when there is no such block
  public byte[] read(long block, Subject subject) throws IOException, CorruptData {
    return read(block, 1, subject);
  }

  public byte[] read(long block, int count, Subject subject) throws IOException, CorruptData {
    check(block, count, subject);
    byte[] bytes = new byte[count * superblock.blockBytes()];
    fill(block, bytes, count);
    return bytes;
  }

  /// Reads into the beginning of an array; the blocks must be there.
  public void fill(long block, byte[] target, int count) throws IOException {
    int bytes = count * superblock.blockBytes();
    volume.read(block * superblock.blockBytes(), target, 0, bytes);
    meter.read(bytes);
  }

  public void check(long block, long count, Subject subject) throws CorruptData {
    if (!superblock.holds(block, count)) {
      String expect =
          Math.max(1, superblock.firstDataBlock()) + ".." + (superblock.blocks() - count);
      throw subject.corrupt("block", Long.toString(block), expect);
    }
  }
}
