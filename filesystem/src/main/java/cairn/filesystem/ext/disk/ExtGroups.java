package cairn.filesystem.ext.disk;

import cairn.base.block.BlockReader;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.layout.Area;
import cairn.filesystem.layout.Fields;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// The table of group descriptors, read in pieces: descriptor blocks that follow each other are
/// read together.
public final class ExtGroups {
  private static final int PIECE_BYTES = 1 << 20;

  /// Takes the groups of a piece, in ascending order.
  public interface PieceVisitor {
    void piece(List<ExtGroup> groups) throws IOException, CorruptData;
  }

  private final BlockReader volume;
  private final ExtSuperblock superblock;

  public ExtGroups(BlockReader volume, ExtSuperblock superblock) {
    this.volume = volume;
    this.superblock = superblock;
  }

  /// Nothing of a group is checked yet.
  public void visit(PieceVisitor visitor) throws IOException, CorruptData {
    long blocks = superblock.descriptorBlocks();
    long index = 0;
    while (index < blocks) {
      int run = run(index, blocks);
      visitor.piece(read(index, run));
      index += run;
    }
  }

  private int run(long index, long blocks) {
    long first = superblock.descriptorBlock(index);
    int most = (int) Math.min(blocks - index, PIECE_BYTES / superblock.blockBytes());
    int run = 1;
    while (run < most && superblock.descriptorBlock(index + run) == first + run) {
      run++;
    }
    return run;
  }

  private List<ExtGroup> read(long index, int run) throws IOException, CorruptData {
    long offset = superblock.descriptorBlock(index) * superblock.blockBytes();
    Subject subject = Subject.of("group descriptors", Long.toString(index));
    byte[] bytes = Area.read(volume, offset, run * superblock.blockBytes(), subject);
    Fields fields = Fields.littleEndian(bytes);
    long first = index * superblock.descriptorsPerBlock();
    long count =
        Math.min(superblock.groups() - first, (long) run * superblock.descriptorsPerBlock());
    int size = superblock.descriptorBytes();
    List<ExtGroup> groups = new ArrayList<>();
    for (int slot = 0; slot < count; slot++) {
      groups.add(new ExtGroup(first + slot, fields, slot * size, superblock));
    }
    return groups;
  }
}
