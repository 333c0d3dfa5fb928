package cairn.filesystem.ext.check;

import cairn.filesystem.ext.disk.Blocks;
import cairn.filesystem.ext.disk.ExtGroup;
import cairn.filesystem.ext.disk.ExtSuperblock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// What all parts of a check share.
///
/// @param groups all of them, whatever their state
/// @param orphans inodes that are kept although nobody names them
/// @param dirty whether the file system was in use
record Scene(
    Blocks blocks,
    Report report,
    List<ExtGroup> groups,
    Claims claims,
    InodeFacts inodes,
    Directories directories,
    Set<Long> orphans,
    boolean dirty) {
  static Scene of(Blocks blocks, Report report, boolean dirty) {
    ExtSuperblock superblock = blocks.superblock();
    return new Scene(
        blocks,
        report,
        new ArrayList<>(),
        new Claims(superblock),
        new InodeFacts(superblock),
        new Directories(),
        new HashSet<>(),
        dirty);
  }

  ExtSuperblock superblock() {
    return blocks.superblock();
  }
}
