package cairn.filesystem.xfs.layout;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.layout.Fields;
import java.io.ByteArrayOutputStream;
import java.io.IOException;

/// The extended attributes of an inode. They lie in it, or in blocks: the first one is a
/// [leaf][XfsAttributeLeaf] or the root of an [index][XfsIndex] of leaves. A value that does not
/// fit has blocks of its own.
///
/// | offset | bytes | field of a header in the inode, `struct xfs_attr_sf_hdr`            |
/// |-------:|------:|---------------------------------------------------------------------|
/// |      0 |     2 | bytes of all of it                                                  |
/// |      2 |     1 | number of attributes                                                |
/// |      4 |       | each: length of name, of value, flags: 1 each; name; value          |
///
/// | offset | bytes | field of a block of a value, version 5, `struct xfs_attr3_rmt_hdr` |
/// |-------:|------:|---------------------------------------------------------------------|
/// |      0 |     4 | `XARM`                                                              |
/// |      4 |     8 | where its bytes belong in the value, and how many there are         |
/// |     12 |    44 | [seal][XfsSeal#REMOTE]                                              |
public final class XfsAttributes {
  private static final String REMOTE_MAGIC = "XARM";
  private static final int REMOTE_BYTES = 56;
  private static final int SHORT_BYTES = 4;
  private static final int ENTRY_BYTES = 3;
  private static final long VALUE_MAX = 64 << 10;

  private final XfsSource source;
  private final XfsInode inode;
  private final XfsMap map;

  /// @param map of the attribute fork
  public XfsAttributes(XfsSource source, XfsInode inode, XfsMap map) {
    this.source = source;
    this.inode = inode;
    this.map = map;
  }

  /// Is told the attributes.
  public interface Visitor {
    void attribute(XfsAttribute attribute) throws CorruptData;

    /// Something is wrong; who does not throw it gets the rest.
    default void problem(CorruptData problem) throws CorruptData {
      throw problem;
    }
  }

  public void visit(XfsFork fork, Visitor visitor) throws IOException, CorruptData {
    if (fork.isLocal()) {
      visitShort(fork, visitor);
      return;
    }
    if (map.count() == 0) {
      return;
    }
    XfsIndex index = new XfsIndex(source, inode, map, XfsFork.Use.ATTRIBUTES);
    XfsIndex.Block root = index.read(0);
    index.visit(
        root,
        new XfsIndex.Visitor() {
          @Override
          public void leaf(XfsIndex.Block leaf) throws IOException, CorruptData {
            new XfsAttributeLeaf(source.superblock(), leaf).visit(XfsAttributes.this, visitor);
          }

          @Override
          public void problem(CorruptData problem) throws CorruptData {
            visitor.problem(problem);
          }
        });
  }

  private void visitShort(XfsFork fork, Visitor visitor) throws CorruptData {
    Fields fields = fork.fields();
    int from = fork.from();
    int size = fields.u16(from);
    Subject subject = subject();
    boolean fits = size >= SHORT_BYTES && size <= fork.bytes();
    subject.check(fits, "size", size, fork.bytes());
    int at = from + SHORT_BYTES;
    int end = from + size;
    int count = fields.u8(from + 2);
    for (int slot = 0; slot < count; slot++) {
      Subject entry = subject.slot(slot);
      entry.check(at + ENTRY_BYTES <= end, "place", at - from, size);
      int name = fields.u8(at);
      int value = fields.u8(at + 1);
      int flags = fields.u8(at + 2);
      int length = ENTRY_BYTES + name + value;
      entry.check(name > 0 && at + length <= end, "length", length, end - at);
      checkFlags(flags, entry);
      visitor.attribute(
          new XfsAttribute(
              flags,
              fields.raw(at + ENTRY_BYTES, name),
              fields.raw(at + ENTRY_BYTES + name, value)));
      at += length;
    }
    subject.checkEqual(size, at - from, "size");
  }

  static void checkFlags(int flags, Subject subject) throws CorruptData {
    int spaces = flags & (XfsAttribute.ROOT | XfsAttribute.SECURE | XfsAttribute.PARENT);
    boolean good = (flags & ~XfsAttribute.KNOWN) == 0 && Integer.bitCount(spaces) <= 1;
    subject.check(good, "flags", flags, "one namespace");
  }

  /// Reads a value that has blocks of its own.
  ///
  /// @param block of the fork
  byte[] remote(long block, long length, Subject subject) throws IOException, CorruptData {
    boolean fits = block > 0 && length > 0 && length <= VALUE_MAX;
    subject.check(fits, "length of the value", length, VALUE_MAX);
    ByteArrayOutputStream value = new ByteArrayOutputStream((int) length);
    boolean checksums = source.superblock().hasChecksums();
    for (long at = block; value.size() < length; at++) {
      XfsMap.Piece piece = map.read(source, at, 1, subject);
      Fields fields = piece.fields();
      int header = checksums ? REMOTE_BYTES : 0;
      int bytes = (int) Math.min(length - value.size(), fields.size() - header);
      if (checksums) {
        Subject place = subject.at(Long.toString(at));
        place.check(fields.holds(0, REMOTE_MAGIC), "magic", fields.u32(0), REMOTE_MAGIC);
        source.checkSeal(XfsSeal.REMOTE, fields, piece.offset(), inode.number(), place);
        place.checkEqual(fields.u32(4), value.size(), "offset");
        place.checkEqual(fields.u32(8), bytes, "bytes");
      }
      value.write(fields.bytes(), header, bytes);
    }
    return value.toByteArray();
  }

  private Subject subject() {
    return Subject.of("attributes", Long.toString(inode.number()));
  }
}
