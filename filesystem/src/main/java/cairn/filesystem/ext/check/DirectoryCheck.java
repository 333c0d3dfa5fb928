package cairn.filesystem.ext.check;

import static cairn.filesystem.ext.disk.ExtFeatures.COMPAT_DIR_INDEX;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.ext.disk.DirectoryBlock;
import cairn.filesystem.ext.disk.ExtSuperblock;
import cairn.filesystem.ext.disk.InlineData;
import cairn.filesystem.ext.disk.Inode;
import cairn.filesystem.ext.disk.InodeTable;
import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;

/// Checks the blocks of all directories, one directory after the other.
final class DirectoryCheck {
  private static final int PIECE_BLOCKS = 32;

  private final Scene scene;
  private final ExtSuperblock superblock;
  private final Directories directories;
  private final InodeTable table;
  private final EntryCheck entries;
  private final byte[] piece;

  DirectoryCheck(Scene scene, InodeTable table) {
    this.scene = scene;
    this.superblock = scene.superblock();
    this.directories = scene.directories();
    this.table = table;
    this.entries = new EntryCheck(scene);
    this.piece = new byte[PIECE_BLOCKS * superblock.blockBytes()];
  }

  void run() throws IOException {
    for (int index = 0; index < directories.size(); index++) {
      if (isLeaving(directories.inode(index))) {
        continue;
      }
      if (directories.has(index, Inode.FLAG_INLINE)) {
        int directory = index;
        scene.report().good(() -> checkInline(directory));
      } else {
        checkBlocks(index);
      }
    }
  }

  /// Whether the next mount deletes it: what is left in it, `.` and `..`, counts no more.
  private boolean isLeaving(long inode) {
    return scene.orphans().contains(inode) && scene.inodes().expected(inode) == 0;
  }

  private void checkInline(int directory) throws IOException, CorruptData {
    Inode inode = table.inode(directories.inode(directory));
    InlineData data = InlineData.of(inode, superblock.inodeBytes());
    byte[] head = data.head();
    Subject subject = subject(directory, 0);
    entries.begin(directory, Optional.empty());
    entries.refer(directories.inode(directory));
    entries.upward(inode.slot(0), subject);
    check(new DirectoryBlock(head, InlineData.PARENT_BYTES, head.length), subject);
    entries.nextBlock(1);
    check(new DirectoryBlock(data.rest(), 0, data.rest().length), subject(directory, 1));
  }

  private void checkBlocks(int directory) throws IOException {
    Optional<HashIndexCheck> index = index(directory);
    entries.begin(directory, index);
    for (int run = directories.firstRun(directory); run < directories.endRun(directory); run++) {
      long length = directories.length(run);
      for (long done = 0; done < length; done += PIECE_BLOCKS) {
        int count = (int) Math.min(PIECE_BLOCKS, length - done);
        scene.blocks().fill(directories.physical(run) + done, piece, count);
        for (int each = 0; each < count; each++) {
          checkBlock(directory, directories.logical(run) + done + each, each, index);
        }
      }
    }
    if (index.isPresent()) {
      index.get().finish();
    }
  }

  /// One whose map has holes was reported, and says nothing about its index.
  private Optional<HashIndexCheck> index(int directory) {
    boolean indexed =
        directories.has(directory, Inode.FLAG_INDEX) && superblock.compat(COMPAT_DIR_INDEX);
    long blocks = 0;
    for (int run = directories.firstRun(directory); run < directories.endRun(directory); run++) {
      if (directories.logical(run) != blocks) {
        return Optional.empty();
      }
      blocks += directories.length(run);
    }
    return indexed && blocks > 0
        ? Optional.of(new HashIndexCheck(scene, directory, (int) blocks))
        : Optional.empty();
  }

  private void checkBlock(int directory, long logical, int each, Optional<HashIndexCheck> index)
      throws IOException {
    int bytes = superblock.blockBytes();
    byte[] block = Arrays.copyOfRange(piece, each * bytes, (each + 1) * bytes);
    Subject subject = subject(directory, logical);
    boolean isNode = index.isPresent() && index.get().takeNode(logical, block);
    if (!isNode && superblock.hasChecksums()) {
      int seed = directories.seed(directory);
      scene.report().good(() -> DirectoryBlock.checkSeal(block, seed, subject));
    }
    entries.nextBlock(logical);
    check(new DirectoryBlock(block, 0, block.length), subject);
  }

  private void check(DirectoryBlock block, Subject subject) throws IOException {
    scene
        .report()
        .good(() -> {
          while (block.advance(subject)) {
            entries.check(block, subject);
          }
        });
  }

  private Subject subject(int directory, long logical) {
    return Subject.of("directory", Long.toString(directories.inode(directory)))
        .at(Long.toString(logical));
  }
}
