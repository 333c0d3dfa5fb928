package cairn.filesystem.xfs.layout;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.layout.Bits;
import cairn.filesystem.layout.Fields;
import java.io.IOException;

/// A leaf of attributes, `struct xfs_attr_leaf_hdr`: a header, entries in the order of their
/// hashes, and from the end of the block on the names, aligned to 4 bytes.
///
/// | offset, version 4 | bytes | field                                                           |
/// |------------------:|------:|-----------------------------------------------------------------|
/// |              0, 0 |       | as in an [index][XfsIndex]                                      |
/// |            56, 12 |     6 | entries; bytes of names; where names begin: u16 each            |
/// |            64, 20 |    12 | free ranges: offset, length: u16 each                           |
/// |            80, 32 |       | an entry: hash, u32; offset of its name, u16; flags, u8; padding |
///
/// A name is: length of the value, u16, of the name, u8; name; value. When the value has blocks of
/// its own: block, length of the value: u32 each; length of the name, u8; name.
final class XfsAttributeLeaf {
  static final int HEADER_BYTES = 32;
  static final int HEADER_BYTES_5 = 80;

  private static final int ALIGN = 4;
  private static final int LOCAL_BYTES = 3;
  private static final int REMOTE_BYTES = 9;

  /// Room that the kernel leaves behind such a name, once by mistake and ever since.
  private static final int REMOTE_SPARE = 2;

  private static final int FREE_RANGES = 3;

  private final XfsIndex.Block leaf;
  private final Fields fields;
  private final Subject subject;
  private final int header;
  private final int info;

  XfsAttributeLeaf(XfsSuperblock superblock, XfsIndex.Block leaf) {
    this.leaf = leaf;
    this.fields = leaf.fields();
    this.subject = leaf.subject();
    this.header = superblock.hasChecksums() ? HEADER_BYTES_5 : HEADER_BYTES;
    this.info = superblock.hasChecksums() ? 56 : 12;
  }

  void visit(XfsAttributes attributes, XfsAttributes.Visitor visitor)
      throws IOException, CorruptData {
    int count = leaf.hashes().count();
    byte[] taken = new byte[fields.size() / ALIGN / Byte.SIZE];
    int used = 0;
    for (int slot = 0; slot < count; slot++) {
      try {
        used += visit(slot, taken, attributes, visitor);
      } catch (CorruptData e) {
        visitor.problem(e);
      }
    }
    if (used != fields.u16(info + 2)) {
      visitor.problem(subject.corrupt("bytes of names", "" + fields.u16(info + 2), "" + used));
    }
    checkFree(taken, visitor);
  }

  /// @param taken which words of the block belong to names
  /// @return how many bytes the name takes
  private int visit(int slot, byte[] taken, XfsAttributes attributes, XfsAttributes.Visitor visitor)
      throws IOException, CorruptData {
    Subject entry = subject.slot(slot);
    int at = header + slot * XfsHashes.BYTES;
    int place = fields.u16(at + 4);
    int flags = fields.u8(at + 6);
    XfsAttributes.checkFlags(flags, entry);
    boolean local = (flags & XfsAttribute.LOCAL) != 0;
    int fixed = local ? LOCAL_BYTES : REMOTE_BYTES;
    boolean within = place % ALIGN == 0 && place >= namesAt() && place + fixed <= fields.size();
    entry.check(within, "place", place, "from " + namesAt() + " on");
    int nameLength = fields.u8(place + fixed - 1);
    int valueLength = local ? fields.u16(place) : 0;
    int spare = local ? 0 : REMOTE_SPARE;
    int size = (fixed + nameLength + valueLength + spare + ALIGN - 1) & -ALIGN;
    boolean fits = nameLength > 0 && place + size <= fields.size();
    entry.check(fits, "length", size, fields.size() - place);
    int free = Bits.nextSet(taken, 0, place / ALIGN, (place + size) / ALIGN);
    entry.checkEqual(free, (place + size) / ALIGN, "words of its own");
    Bits.set(taken, place / ALIGN, (place + size) / ALIGN);
    long hash = XfsHash.of(fields.bytes(), place + fixed, nameLength);
    entry.checkEqual(fields.u32(at), hash, "hash");
    byte[] value =
        local
            ? fields.raw(place + fixed + nameLength, valueLength)
            : (flags & XfsAttribute.INCOMPLETE) != 0
                ? new byte[0]
                : attributes.remote(fields.u32(place), fields.u32(place + 4), entry);
    visitor.attribute(new XfsAttribute(flags, fields.raw(place + fixed, nameLength), value));
    return size;
  }

  private int namesAt() {
    int at = fields.u16(info + 4);
    return at == 0 ? fields.size() : at;
  }

  private void checkFree(byte[] taken, XfsAttributes.Visitor visitor) throws CorruptData {
    int entriesEnd = header + leaf.hashes().count() * XfsHashes.BYTES;
    if (namesAt() < entriesEnd || namesAt() > fields.size()) {
      visitor.problem(subject.corrupt("names begin", "" + namesAt(), "from " + entriesEnd + " on"));
    }
    for (int range = 0; range < FREE_RANGES; range++) {
      int at = fields.u16(info + 8 + 4 * range);
      int length = fields.u16(info + 10 + 4 * range);
      if (length == 0) {
        continue;
      }
      boolean within =
          at >= entriesEnd
              && (at | length) % ALIGN == 0
              && at + length <= fields.size()
              && Bits.nextSet(taken, 0, at / ALIGN, (at + length) / ALIGN) == (at + length) / ALIGN;
      if (!within) {
        visitor.problem(subject.corrupt("free range " + range, at + "+" + length, "unused bytes"));
      }
    }
  }
}
