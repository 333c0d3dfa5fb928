package cairn.filesystem.xfs.check;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.file.Attributes;
import cairn.filesystem.layout.Fields;
import cairn.filesystem.xfs.check.Inodes.Chunk;
import cairn.filesystem.xfs.check.Inodes.Place;
import cairn.filesystem.xfs.layout.XfsAccessList;
import cairn.filesystem.xfs.layout.XfsAttribute;
import cairn.filesystem.xfs.layout.XfsAttributes;
import cairn.filesystem.xfs.layout.XfsFork;
import cairn.filesystem.xfs.layout.XfsInode;
import cairn.filesystem.xfs.layout.XfsInodeShape;
import cairn.filesystem.xfs.layout.XfsMap;
import cairn.filesystem.xfs.layout.XfsSource;
import cairn.filesystem.xfs.layout.XfsSuperblock;
import cairn.filesystem.xfs.layout.XfsTarget;
import java.io.IOException;
import java.util.Optional;

/// Checks inodes, what belongs to each, and takes their blocks.
final class InodeCheck {
  private static final int DIRECTORY = 4;
  private static final int REGULAR = 8;
  private static final int SYMBOLIC_LINK = 10;

  private final XfsSource source;
  private final Ledger ledger;
  private final Inodes inodes;
  private final Report report;
  private final long[] quotas;

  InodeCheck(XfsSource source, Ledger ledger, Inodes inodes, Report report) {
    this.source = source;
    this.ledger = ledger;
    this.inodes = inodes;
    this.report = report;
    this.quotas = source.superblock().quotaInodes();
  }

  void check(Chunk chunk) throws IOException {
    XfsSuperblock superblock = source.superblock();
    long first = superblock.inode(chunk.group(), chunk.told().first());
    long existing = chunk.told().existing();
    while (existing != 0) {
      int from = Long.numberOfTrailingZeros(existing);
      int count = Math.min(64 - from, Long.numberOfTrailingZeros(~(existing >>> from)));
      Subject subject = Subject.of("inodes", Long.toString(first + from));
      try {
        Fields fields =
            source.read(
                superblock.inodeOffset(first + from), count * superblock.inodeBytes(), subject);
        for (int slot = from; slot < from + count; slot++) {
          Place place = new Place(chunk, slot);
          check(place, fields, (slot - from) * superblock.inodeBytes());
        }
      } catch (CorruptData e) {
        report.problem(e);
      }
      existing &= count == 64 ? 0 : ~(((1L << count) - 1) << from);
    }
  }

  private void check(Place place, Fields fields, int from) throws IOException {
    long offset = source.superblock().inodeOffset(inodes.number(place));
    if (ledger.isPending(offset)) {
      return;
    }
    XfsInode inode;
    try {
      inode = XfsInode.of(source, fields, from, inodes.number(place));
      if (place.isUsed() == inode.isFree()) {
        throw inode
            .subject()
            .corrupt("mode", "" + inode.mode(), place.isUsed() ? "in use" : "free");
      }
      if (inode.isFree()) {
        XfsInodeShape.checkFree(inode);
        return;
      }
      Optional<Attributes.Type> type = Attributes.Type.ofMode(inode.mode());
      place.is(type.map(Attributes.Type::inEntry).orElse(0), inode.links());
      XfsInodeShape.check(inode);
    } catch (CorruptData e) {
      report.problem(e);
      if (place.isUsed()) {
        report.blocksHidden();
        report.namesHidden();
      }
      return;
    }
    checkUsed(place, inode);
  }

  private void checkUsed(Place place, XfsInode inode) throws IOException {
    ForkCheck data = new ForkCheck(source, ledger, report, inode.data());
    boolean special = isSpecial(inode.number());
    boolean content = inode.mode() >>> 12 == REGULAR && !special;
    data.check(content);
    long blocks = data.blocks();
    Optional<XfsFork> attributes = inode.attributes();
    if (attributes.isPresent()) {
      ForkCheck fork = new ForkCheck(source, ledger, report, attributes.get());
      fork.check(false);
      blocks += fork.blocks();
      if (!fork.isPending()) {
        checkAttributes(inode, attributes.get(), fork.map());
      }
    }
    if (blocks != inode.blocks()) {
      report.problem(inode.subject(), "blocks", inode.blocks(), blocks);
    }
    if (!data.isPending()) {
      checkContent(place, inode, data.map());
    }
  }

  private void checkContent(Place place, XfsInode inode, XfsMap map) throws IOException {
    int type = inode.mode() >>> 12;
    if (type == DIRECTORY) {
      new DirectoryCheck(source, inodes, report, inode, place).check(map);
    } else if (type == SYMBOLIC_LINK) {
      try {
        XfsTarget.read(source, inode, map);
      } catch (CorruptData e) {
        report.problem(e);
      }
    } else if (isQuota(inode.number())) {
      new QuotaCheck(source, report, inode).check(map);
    }
  }

  private void checkAttributes(XfsInode inode, XfsFork fork, XfsMap map) throws IOException {
    XfsAttributes.Visitor visitor =
        new XfsAttributes.Visitor() {
          @Override
          public void attribute(XfsAttribute attribute) throws CorruptData {
            checkAttribute(attribute, inode);
          }

          @Override
          public void problem(CorruptData problem) {
            report.problem(problem);
          }
        };
    try {
      new XfsAttributes(source, inode, map).visit(fork, visitor);
    } catch (CorruptData e) {
      report.problem(e);
    }
  }

  private static void checkAttribute(XfsAttribute attribute, XfsInode inode) throws CorruptData {
    if ((attribute.flags() & XfsAttribute.INCOMPLETE) != 0) {
      throw inode.subject().corrupt("attribute", "incomplete", "complete");
    }
    for (byte each : attribute.name()) {
      inode.check(each != 0, "name of an attribute", 0, "no NUL");
    }
    if (!XfsAccessList.nameOf(attribute).isEmpty()) {
      XfsAccessList.parse(attribute.value(), inode.subject());
    }
  }

  /// Whether no directory names it, and its blocks are not to be shared.
  boolean isSpecial(long inode) {
    return isQuota(inode) || source.superblock().isRealtimeInode(inode);
  }

  private boolean isQuota(long inode) {
    for (long quota : quotas) {
      if (quota == inode) {
        return true;
      }
    }
    return false;
  }
}
