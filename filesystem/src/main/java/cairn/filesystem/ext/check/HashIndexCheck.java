package cairn.filesystem.ext.check;

import static cairn.filesystem.ext.disk.ExtFeatures.INCOMPAT_LARGEDIR;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.ext.disk.DirectoryBlock;
import cairn.filesystem.ext.disk.ExtSuperblock;
import cairn.filesystem.ext.disk.HashNode;
import cairn.filesystem.ext.disk.Inode;
import cairn.filesystem.ext.disk.NameHash;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// Checks the index of a directory: that it leads to each block once, in the order of hashes, and
/// that the names of a block have the hashes that the index says.
final class HashIndexCheck {
  private static final int LEVELS_MAX = 2;
  private static final int LEVELS_MAX_LARGE = 3;
  private static final long HASH_END = 0xFFFF_FFFEL;

  private final Scene scene;
  private final ExtSuperblock superblock;
  private final int seed;
  private final boolean isHashed;
  private final Subject subject;
  private final long[] least;
  private final long[] most;
  private final boolean[] seen;
  private final Map<Long, HashNode> nodes = new HashMap<>();
  private Optional<NameHash> hash = Optional.empty();

  /// @param blocks how many the directory has, without a hole
  HashIndexCheck(Scene scene, int directory, int blocks) {
    Directories directories = scene.directories();
    this.scene = scene;
    this.superblock = scene.superblock();
    this.seed = directories.seed(directory);
    this.isHashed = !directories.has(directory, Inode.FLAG_CASEFOLD);
    this.subject = Subject.of("directory index", Long.toString(directories.inode(directory)));
    this.least = new long[blocks];
    this.most = new long[blocks];
    this.seen = new boolean[blocks];
    Arrays.fill(least, Long.MAX_VALUE);
    Arrays.fill(most, -1);
  }

  /// Looks whether a block belongs to the index, and keeps it then.
  boolean takeNode(long logical, byte[] block) throws IOException {
    if (logical > 0 && !HashNode.isInner(block)) {
      return false;
    }
    HashNode node = logical == 0 ? HashNode.root(block) : HashNode.inner(block);
    boolean sealed = superblock.hasChecksums();
    Subject place = subject.at(Long.toString(logical));
    if (scene.report().good(() -> checkNode(node, logical, sealed, place))) {
      nodes.put(logical, node);
      if (logical == 0 && isHashed && node.hashKind() < NameHash.SIPHASH) {
        hash = Optional.of(new NameHash(node.hashKind(), superblock));
      }
    }
    return true;
  }

  private void checkNode(HashNode node, long logical, boolean sealed, Subject place)
      throws CorruptData {
    if (logical == 0) {
      boolean large = superblock.incompat(INCOMPAT_LARGEDIR);
      node.checkRoot(place, large ? LEVELS_MAX_LARGE : LEVELS_MAX - 1);
    }
    node.checkCounts(place, sealed);
    if (sealed) {
      node.checkSeal(place, seed);
    }
  }

  void takeName(long logical, DirectoryBlock entry) {
    if (hash.isPresent() && logical < least.length) {
      long of = hash.get().of(entry.bytes(), entry.nameAt(), entry.nameLength());
      least[(int) logical] = Math.min(least[(int) logical], of);
      most[(int) logical] = Math.max(most[(int) logical], of);
    }
  }

  /// After all blocks.
  void finish() throws IOException {
    HashNode root = nodes.get(0L);
    if (root == null) {
      return;
    }
    seen[0] = true;
    if (scene.report().good(() -> visit(root, 0, root.levels(), new Range(0, HASH_END)))) {
      checkAllSeen();
    }
  }

  private void checkAllSeen() {
    for (int block = 0; block < seen.length; block++) {
      if (!seen[block]) {
        scene.report().wrong(subject, "block " + block, "not in the index", "in the index");
      }
    }
  }

  /// Hashes from the first to the last one, both included.
  private record Range(long first, long last) {}

  private void visit(HashNode node, long logical, int levels, Range range)
      throws IOException, CorruptData {
    Subject place = subject.at(Long.toString(logical));
    long before = range.first();
    for (int index = 0; index < node.count(); index++) {
      long first = index == 0 ? range.first() : node.hash(index) & ~1L;
      place.slot(index).check(first >= before, "hash", first, before + "..");
      before = first;
      long last = index + 1 < node.count() ? node.hash(index + 1) & ~1L : range.last();
      long below = node.block(index);
      boolean fresh = below < seen.length && !seen[(int) below];
      place.slot(index).check(fresh, "block", below, "another one below " + seen.length);
      seen[(int) below] = true;
      if (levels > 0) {
        HashNode next = nodes.get(below);
        place.slot(index).check(next != null, "block " + below, "names", "a node");
        if (next != null) {
          visit(next, below, levels - 1, new Range(first, last));
        }
      } else {
        checkLeaf((int) below, new Range(first, last));
      }
    }
  }

  private void checkLeaf(int block, Range range) {
    if (nodes.containsKey((long) block)) {
      scene.report().wrong(subject, "block " + block, "a node", "names");
    }
    boolean within = least[block] >= range.first() && most[block] <= range.last();
    if (!within) {
      String have = least[block] + ".." + most[block];
      String expect = range.first() + ".." + range.last();
      scene.report().wrong(subject, "hashes of block " + block, have, expect);
    }
  }
}
