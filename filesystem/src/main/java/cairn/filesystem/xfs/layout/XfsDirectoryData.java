package cairn.filesystem.xfs.layout;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.layout.Fields;
import java.io.IOException;

/// A block of entries of a directory, `struct xfs_dir2_data_hdr`: a header, then entries and unused
/// ranges, both aligned to 8 bytes. A directory of a single block has its hashes at the end of it.
///
/// | offset, version 4 | bytes | field                                                |
/// |------------------:|------:|------------------------------------------------------|
/// |              0, 0 |     4 | `XDD3` or `XDB3`; version 4: `XD2D` or `XD2B`        |
/// |              4, - |    44 | [seal][XfsSeal#DIRECTORY]                            |
/// |             48, 4 |    12 | the longest unused ranges: offset, length: u16 each  |
/// |          size - 8 |     8 | of a single block: number of hashes, and of stale ones |
///
/// An entry is: inode, 8; length of the name, 1; name; type, 1, with the feature; padding; its own
/// offset, 2. An unused range is: `ffff`; length, 2; anything; its own offset, 2. The
/// [hashes][XfsHashes] come right before their number.
///
/// Types: file 1, directory 2, character and block device 3, 4, FIFO 5, socket 6, symbolic link 7.
public final class XfsDirectoryData {
  private static final int ALIGN = 8;
  private static final int UNUSED = 0xFFFF;
  private static final int HEADER_BYTES = 16;
  private static final int HEADER_BYTES_5 = 64;
  private static final int LONGEST = 3;
  private static final int TAIL_BYTES = 8;

  private final XfsSuperblock superblock;
  private final Fields fields;
  private final long firstAddress;
  private final int end;
  private final boolean single;
  private final Subject subject;

  private XfsDirectoryData(
      XfsSuperblock superblock, Fields fields, long block, boolean single, Subject subject)
      throws CorruptData {
    this.superblock = superblock;
    this.fields = fields;
    this.firstAddress = block * superblock.blockBytes() / ALIGN;
    this.single = single;
    this.subject = subject;
    this.end = single ? hashesAt() : fields.size();
  }

  /// Reads and checks one.
  ///
  /// @param block of the directory where it begins
  /// @param single whether it is the whole directory
  public static XfsDirectoryData read(
      XfsSource source, XfsInode directory, XfsMap map, long block, boolean single)
      throws IOException, CorruptData {
    Subject subject = subject(directory, block);
    XfsSuperblock superblock = source.superblock();
    int blocks = superblock.directoryBlockBytes() / superblock.blockBytes();
    XfsMap.Piece piece = map.read(source, block, blocks, subject);
    Fields fields = piece.fields();
    String kind = single ? "B" : "D";
    String magic = superblock.hasChecksums() ? "XD" + kind + "3" : "XD2" + kind;
    subject.check(fields.holds(0, magic), "magic", fields.u32(0), magic);
    source.checkSeal(XfsSeal.DIRECTORY, fields, piece.offset(), directory.number(), subject);
    XfsDirectoryData data = new XfsDirectoryData(superblock, fields, block, single, subject);
    data.check();
    return data;
  }

  static Subject subject(XfsInode directory, long block) {
    return Subject.of("directory", Long.toString(directory.number())).at(Long.toString(block));
  }

  static int headerBytes(XfsSuperblock superblock) {
    return superblock.hasChecksums() ? HEADER_BYTES_5 : HEADER_BYTES;
  }

  static int entryBytes(int nameLength, XfsSuperblock superblock) {
    int bytes = 8 + 1 + nameLength + (superblock.hasTypes() ? 1 : 0) + 2;
    return (bytes + ALIGN - 1) & -ALIGN;
  }

  public void visit(XfsShortDirectory.Visitor visitor) throws IOException, CorruptData {
    for (int at = headerBytes(superblock); at < end; ) {
      if (fields.u16(at) == UNUSED) {
        at += fields.u16(at + 2);
      } else {
        visitor.entry(entry(at));
        at += entryBytes(fields.u8(at + 8), superblock);
      }
    }
  }

  /// The hashes of a directory of a single block.
  public XfsHashes hashes() {
    return new XfsHashes(fields, end, (fields.size() - TAIL_BYTES - end) / XfsHashes.BYTES);
  }

  /// The length of the longest unused range.
  public int longestUnused() {
    return fields.u16(longestAt() + 2);
  }

  /// The entry at an address that a hash named.
  public XfsEntry find(long address) throws CorruptData {
    long at = (address - firstAddress) * ALIGN;
    boolean within = at >= headerBytes(superblock) && at < end && fields.u16((int) at) != UNUSED;
    subject.check(within, "address", address, "an entry");
    int length = fields.u8((int) at + 8);
    int size = entryBytes(length, superblock);
    boolean good = length > 0 && at + size <= end && fields.u16((int) at + size - 2) == at;
    subject.check(good, "address", address, "an entry");
    return entry((int) at);
  }

  private XfsEntry entry(int at) {
    int length = fields.u8(at + 8);
    int type = superblock.hasTypes() ? fields.u8(at + 9 + length) : 0;
    long address = firstAddress + at / ALIGN;
    return new XfsEntry(fields.u64(at), fields, at + 9, length, type, address);
  }

  private int hashesAt() throws CorruptData {
    int tail = fields.size() - TAIL_BYTES;
    long count = fields.u32(tail);
    int most = (tail - headerBytes(superblock)) / XfsHashes.BYTES;
    subject.check(count <= most, "hashes", count, most);
    return (int) (tail - count * XfsHashes.BYTES);
  }

  private void check() throws CorruptData {
    int[] longest = new int[LONGEST + 1];
    boolean afterUnused = false;
    int entries = 0;
    for (int at = headerBytes(superblock); at < end; ) {
      subject.check(at + ALIGN <= end, "entry", at, "within the block");
      boolean unused = fields.u16(at) == UNUSED;
      int size = unused ? fields.u16(at + 2) : entryBytes(fields.u8(at + 8), superblock);
      boolean good = size >= ALIGN && size % ALIGN == 0 && size <= end - at;
      subject.check(good, "length at " + at, size, "within the block");
      subject.check(unused || fields.u8(at + 8) > 0, "length of the name at " + at, 0, 1);
      int tag = fields.u16(at + size - 2);
      subject.check(tag == at, "tag at " + at, tag, at);
      if (unused) {
        subject.check(!afterUnused, "unused range at " + at, "after another", "joined");
        insert(longest, size);
      } else {
        entries++;
      }
      afterUnused = unused;
      at += size;
    }
    checkLongest(longest);
    if (single) {
      hashes().check(fields.u32(fields.size() - 4), subject);
      long live = hashes().count() - fields.u32(fields.size() - 4);
      subject.checkEqual(live, entries, "hashes");
    }
  }

  private static void insert(int[] longest, int size) {
    longest[LONGEST] = size;
    for (int index = LONGEST; index > 0 && longest[index] > longest[index - 1]; index--) {
      int swap = longest[index];
      longest[index] = longest[index - 1];
      longest[index - 1] = swap;
    }
  }

  /// The header lists the longest ones by length; of equal ones any.
  private void checkLongest(int[] longest) throws CorruptData {
    for (int index = 0; index < LONGEST; index++) {
      int at = fields.u16(longestAt() + 4 * index);
      int length = fields.u16(longestAt() + 4 * index + 2);
      subject.check(length == longest[index], "unused range " + index, length, longest[index]);
      boolean there =
          length == 0
              ? at == 0
              : at >= headerBytes(superblock)
                  && at + length <= end
                  && at % ALIGN == 0
                  && fields.u16(at) == UNUSED
                  && fields.u16(at + 2) == length
                  && fields.u16(at + length - 2) == at;
      subject.check(there, "place of unused range " + index, at, "one of that length");
    }
  }

  private int longestAt() {
    return superblock.hasChecksums() ? 48 : 4;
  }
}
