package cairn.filesystem.xfs.layout;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.layout.Fields;
import java.io.IOException;

/// A directory that lies in its inode, `struct xfs_dir2_sf_hdr`: a header, then the entries without
/// `.` and `..`. Inodes have 8 bytes when one of them needs more than 4.
///
/// | bytes | field                                                            |
/// |------:|------------------------------------------------------------------|
/// |     1 | number of entries                                                |
/// |     1 | how many of them, with the parent, need 8 bytes                  |
/// |   4/8 | parent                                                           |
///
/// An entry is: length of the name, 1; offset that it would have, 2; name; type, 1, with the
/// feature; inode, 4/8.
public final class XfsShortDirectory {
  private static final int ENTRY_BYTES = 3;

  private final XfsSuperblock superblock;
  private final Fields fields;
  private final int from;
  private final int end;
  private final int inodeBytes;
  private final Subject subject;

  public XfsShortDirectory(XfsSuperblock superblock, XfsInode inode) throws CorruptData {
    XfsFork fork = inode.data();
    this.superblock = superblock;
    this.fields = fork.fields();
    this.from = fork.from();
    this.subject = Subject.of("directory", Long.toString(inode.number()));
    this.inodeBytes = inode.size() > 1 && fields.u8(from + 1) > 0 ? 8 : 4;
    boolean fits = inode.size() >= 2 + inodeBytes && inode.size() <= fork.bytes();
    subject.check(fits, "size", inode.size(), 2 + inodeBytes + ".." + fork.bytes());
    this.end = from + (int) inode.size();
  }

  public long parent() {
    return inodeAt(from + 2);
  }

  /// Takes an entry.
  @FunctionalInterface
  public interface Visitor {
    void entry(XfsEntry entry) throws IOException, CorruptData;
  }

  /// @throws CorruptData at the first entry that is damaged
  public void visit(Visitor visitor) throws IOException, CorruptData {
    int typeBytes = superblock.hasTypes() ? 1 : 0;
    int at = from + 2 + inodeBytes;
    int count = fields.u8(from);
    int large = parent() > 0xFFFF_FFFFL ? 1 : 0;
    int least = firstOffset();
    for (int slot = 0; slot < count; slot++) {
      subject.slot(slot).check(at + ENTRY_BYTES <= end, "place", at - from, "within");
      int length = fields.u8(at);
      int size = ENTRY_BYTES + length + typeBytes + inodeBytes;
      boolean good = length > 0 && at + size <= end;
      subject.slot(slot).check(good, "length of the name", length, "within the directory");
      int offset = fields.u16(at + 1);
      subject.slot(slot).check(offset >= least, "offset", offset, least);
      int inodeAt = at + ENTRY_BYTES + length + typeBytes;
      int type = typeBytes == 0 ? 0 : fields.u8(inodeAt - 1);
      large += inodeAt(inodeAt) > 0xFFFF_FFFFL ? 1 : 0;
      visitor.entry(new XfsEntry(inodeAt(inodeAt), fields, at + ENTRY_BYTES, length, type, 0));
      at += size;
      least = offset + XfsDirectoryData.entryBytes(length, superblock);
    }
    subject.checkEqual(at, end, "end");
    subject.checkEqual(fields.u8(from + 1), large, "large inodes");
    long needed = least + 8L * (count + 2) + 8;
    subject.check(
        needed <= superblock.directoryBlockBytes(),
        "bytes as a block",
        needed,
        superblock.directoryBlockBytes());
  }

  /// Where the first entry after `.` and `..` would be in a block.
  private int firstOffset() {
    return XfsDirectoryData.headerBytes(superblock)
        + XfsDirectoryData.entryBytes(1, superblock)
        + XfsDirectoryData.entryBytes(2, superblock);
  }

  private long inodeAt(int at) {
    return inodeBytes == 8 ? fields.u64(at) : fields.u32(at);
  }
}
