package cairn.filesystem.xfs.layout;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.layout.Fields;
import java.io.ByteArrayOutputStream;
import java.io.IOException;

/// The target of a symbolic link, in the inode or in extents of its own. With version 5 each extent
/// begins with a header, `struct xfs_dsymlink_hdr`.
///
/// | offset | bytes | field                                                  |
/// |-------:|------:|--------------------------------------------------------|
/// |      0 |     4 | `XSLM`                                                 |
/// |      4 |     8 | where its bytes belong, and how many there are         |
/// |     12 |    44 | [seal][XfsSeal#REMOTE]                                 |
public final class XfsTarget {
  private static final String MAGIC = "XSLM";
  private static final int HEADER_BYTES = 56;

  private XfsTarget() {}

  /// @param map of the data fork
  public static byte[] read(XfsSource source, XfsInode link, XfsMap map)
      throws IOException, CorruptData {
    Subject subject = Subject.of("link", Long.toString(link.number()));
    int size = (int) link.size();
    XfsFork fork = link.data();
    byte[] target =
        fork.isLocal() ? fork.fields().raw(fork.from(), size) : remote(source, link, map, subject);
    for (byte each : target) {
      subject.check(each != 0, "target", "a NUL", "none");
    }
    return target;
  }

  private static byte[] remote(XfsSource source, XfsInode link, XfsMap map, Subject subject)
      throws IOException, CorruptData {
    long size = link.size();
    boolean checksums = source.superblock().hasChecksums();
    int header = checksums ? HEADER_BYTES : 0;
    ByteArrayOutputStream target = new ByteArrayOutputStream();
    long most = Math.ceilDiv(size, source.superblock().blockBytes() - header);
    for (long block = 0; target.size() < size; ) {
      int index = map.find(block);
      boolean mapped = index < map.count() && map.get(index).offset() == block;
      subject.check(mapped && map.end() <= most, "blocks", map.end(), most);
      int blocks = (int) map.get(index).count();
      XfsMap.Piece piece = map.read(source, block, blocks, subject);
      Fields fields = piece.fields();
      int bytes = (int) Math.min(size - target.size(), fields.size() - header);
      if (checksums) {
        subject.check(fields.holds(0, MAGIC), "magic", fields.u32(0), MAGIC);
        source.checkSeal(XfsSeal.REMOTE, fields, piece.offset(), link.number(), subject);
        subject.checkEqual(fields.u32(4), target.size(), "offset");
        subject.checkEqual(fields.u32(8), bytes, "bytes");
      }
      target.write(fields.bytes(), header, bytes);
      block += blocks;
    }
    return target.toByteArray();
  }
}
