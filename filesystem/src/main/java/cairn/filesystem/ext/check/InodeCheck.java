package cairn.filesystem.ext.check;

import static cairn.filesystem.ext.disk.ExtFeatures.COMPAT_DIR_INDEX;
import static cairn.filesystem.ext.disk.ExtFeatures.INCOMPAT_64BIT;
import static cairn.filesystem.ext.disk.ExtFeatures.INCOMPAT_CASEFOLD;
import static cairn.filesystem.ext.disk.ExtFeatures.INCOMPAT_EXTENTS;
import static cairn.filesystem.ext.disk.ExtFeatures.INCOMPAT_INLINE_DATA;
import static cairn.filesystem.ext.disk.ExtFeatures.INCOMPAT_LARGEDIR;
import static cairn.filesystem.ext.disk.ExtFeatures.RO_COMPAT_BIGALLOC;
import static cairn.filesystem.ext.disk.ExtFeatures.RO_COMPAT_HUGE_FILE;

import cairn.filesystem.ext.disk.ExtSuperblock;
import cairn.filesystem.ext.disk.ExtentNode;
import cairn.filesystem.ext.disk.Inode;
import cairn.filesystem.file.Attributes;
import java.io.IOException;
import java.util.Optional;

/// Checks an inode that is in use: its fields, its attributes, its map, and whether they fit.
final class InodeCheck {
  private static final int EXTRA_BYTES_MIN = 4;
  private static final int SPECIAL_FLAGS = Inode.FLAG_IMMUTABLE | Inode.FLAG_APPEND;

  private final Scene scene;
  private final ExtSuperblock superblock;
  private final XattrCheck attributes;
  private final SizeCheck sizes;
  private final LinkTargetCheck targets;

  InodeCheck(Scene scene, XattrCheck attributes) {
    this.scene = scene;
    this.superblock = scene.superblock();
    this.attributes = attributes;
    this.sizes = new SizeCheck(scene);
    this.targets = new LinkTargetCheck(scene);
  }

  void check(Inode inode) throws IOException {
    Optional<Attributes.Type> type = inode.type();
    boolean isValue = inode.has(Inode.FLAG_VALUE);
    long links = isValue ? Math.min(inode.references(), InodeFacts.LINKS_MAX) : inode.links();
    scene.inodes().use(inode.number(), type.map(Attributes.Type::inEntry).orElse(0), (int) links);
    if (type.isEmpty()) {
      wrong(inode, "mode", Integer.toOctalString(inode.mode()), "a known type");
    }
    if (type.equals(Optional.of(Attributes.Type.DIRECTORY))) {
      scene.directories().add(inode.number(), inode.checksumSeed(), inode.flags());
    }
    checkFields(inode);
    checkExtra(inode);
    checkFlags(inode);
    if (type.isPresent()) {
      checkType(inode, type.get());
    }
    walk(inode);
  }

  /// Checks what it has of blocks, and nothing else.
  void walk(Inode inode) throws IOException {
    FileUse use = new FileUse(scene, inode);
    attributes.check(use);
    if (!inode.isInline() && mapsBlocks(inode)) {
      if (inode.hasExtents()) {
        new ExtentWalk(scene, use).run();
      } else {
        new PointerWalk(scene, use).run();
      }
    }
    sizes.check(use);
  }

  /// Whether the map is one at all.
  private boolean mapsBlocks(Inode inode) {
    Attributes.Type type = inode.type().orElse(Attributes.Type.REGULAR);
    return switch (type) {
      case REGULAR, DIRECTORY -> true;
      case SYMBOLIC_LINK -> !inode.isShortLink();
      default -> false;
    };
  }

  private void checkFields(Inode inode) {
    boolean isDirectory = inode.is(Attributes.Type.DIRECTORY);
    zero(inode, "fragment", inode.fragment());
    if (isDirectory && inode.isLong() && !superblock.incompat(INCOMPAT_LARGEDIR)) {
      wrong(inode, "size", inode.size(), "less than 4 GiB");
    }
    if (!superblock.incompat(INCOMPAT_64BIT)) {
      zero(inode, "attribute block, high half", inode.highAttributeBlock());
    }
    if (!superblock.readOnlyCompat(RO_COMPAT_HUGE_FILE)) {
      zero(inode, "blocks, high part", inode.highBlocks());
    }
  }

  private void checkExtra(Inode inode) {
    int room = superblock.inodeBytes() - Inode.CORE_BYTES;
    int extra = inode.extraBytes();
    boolean good = extra == 0 || (extra >= EXTRA_BYTES_MIN && extra <= room && extra % 4 == 0);
    if (!good) {
      wrong(inode, "extra size", extra, "fours, 4.." + room);
    }
    if (room > 0 && inode.hasOldTime()) {
      wrong(inode, "time", "after 2310", "before");
    }
  }

  private void checkFlags(Inode inode) {
    boolean isDirectory = inode.is(Attributes.Type.DIRECTORY);
    boolean indexable = isDirectory && superblock.compat(COMPAT_DIR_INDEX);
    boolean foldable = isDirectory && superblock.incompat(INCOMPAT_CASEFOLD);
    allow(inode, Inode.FLAG_INDEX, "index", indexable);
    allow(inode, Inode.FLAG_CASEFOLD, "case folding", foldable);
    allow(inode, Inode.FLAG_IMAGIC, "AFS", false);
    allow(inode, Inode.FLAG_INLINE, "inline", superblock.incompat(INCOMPAT_INLINE_DATA));
    boolean extents = superblock.incompat(INCOMPAT_EXTENTS) && !inode.isInline();
    allow(inode, Inode.FLAG_EXTENTS, "extents", extents);
    if (superblock.incompat(INCOMPAT_EXTENTS) && isLikeExtents(inode)) {
      wrong(inode, "flag of extents", "not set", "set");
    }
  }

  private void allow(Inode inode, int flag, String name, boolean allowed) {
    if (inode.has(flag) && !allowed) {
      wrong(inode, "flag of " + name, "set", "not set");
    }
  }

  /// Whether it has the root of a tree and does not say so.
  private static boolean isLikeExtents(Inode inode) {
    Attributes.Type type = inode.type().orElse(Attributes.Type.FIFO);
    boolean mapped = type == Attributes.Type.REGULAR || type == Attributes.Type.DIRECTORY;
    return mapped && !inode.hasExtents() && !inode.isInline() && isRoot(inode);
  }

  private static boolean isRoot(Inode inode) {
    ExtentNode root = ExtentNode.root(inode);
    return root.hasMagic() && root.entries() <= 4;
  }

  private void checkType(Inode inode, Attributes.Type type) throws IOException {
    switch (type) {
      case REGULAR -> {}
      case DIRECTORY -> checkDirectory(inode);
      case SYMBOLIC_LINK -> {
        allow(inode, SPECIAL_FLAGS, "immutability", false);
        targets.check(inode);
      }
      default -> {
        allow(inode, SPECIAL_FLAGS, "immutability", false);
        allow(inode, Inode.FLAG_EXTENTS, "extents", false);
        allow(inode, Inode.FLAG_INLINE, "inline", false);
        zero(inode, "size", inode.size());
      }
    }
    boolean mapped = type == Attributes.Type.REGULAR || type == Attributes.Type.DIRECTORY;
    if (mapped && superblock.readOnlyCompat(RO_COMPAT_BIGALLOC) && inode.blocks() > 0) {
      boolean good = inode.hasExtents() || inode.isInline();
      if (!good) {
        wrong(inode, "flag of extents", "not set", "set with clusters");
      }
    }
  }

  private void checkDirectory(Inode inode) {
    if (inode.size() == 0) {
      wrong(inode, "size", 0, "at least one block");
    }
  }

  private void zero(Inode inode, String field, long have) {
    if (have != 0) {
      wrong(inode, field, have, 0);
    }
  }

  private void wrong(Inode inode, String field, Object have, Object expect) {
    scene.report().wrong(inode.subject(), field, have, expect);
  }
}
