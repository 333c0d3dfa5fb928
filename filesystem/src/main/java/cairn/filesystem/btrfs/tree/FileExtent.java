package cairn.filesystem.btrfs.tree;

/// `struct btrfs_file_extent_item`: a piece of a file; the offset of the key is where in the file.
///
/// | offset | bytes | field                                                        |
/// |-------:|------:|--------------------------------------------------------------|
/// |      0 |     8 | generation                                                   |
/// |      8 |     8 | bytes when decompressed                                      |
/// |     16 |     1 | compression: 0 none, 1 zlib, 2 LZO, 3 zstd                   |
/// |     17 |     3 | encryption, other encoding: 0                                |
/// |     20 |     1 | type: 0 inline, 1 regular, 2 preallocated                    |
/// |     21 |       | inline: the data; else address and bytes of the extent; the  |
/// |        |       | offset in it, decompressed, and how many bytes of it         |
public record FileExtent(Item item) {
  static final int HEADER_BYTES = 21;
  static final int BYTES = 53;
  static final int INLINE = 0;
  static final int REGULAR = 1;
  static final int PREALLOCATED = 2;

  public long generation() {
    return item.u64(0);
  }

  public long plainBytes() {
    return item.u64(8);
  }

  public int compression() {
    return item.u8(16);
  }

  int encryption() {
    return item.u8(17);
  }

  int otherEncoding() {
    return item.u16(18);
  }

  public int type() {
    return item.u8(20);
  }

  public boolean isInline() {
    return type() == INLINE;
  }

  public boolean isPreallocated() {
    return type() == PREALLOCATED;
  }

  public byte[] inlineData() {
    return item.raw(HEADER_BYTES, item.size() - HEADER_BYTES);
  }

  /// Where the extent lies, 0 for a hole.
  public long address() {
    return item.u64(21);
  }

  /// How long it is there.
  public long addressBytes() {
    return item.u64(29);
  }

  public boolean isHole() {
    return !isInline() && address() == 0;
  }

  /// Which byte of the extent, decompressed, is the first of this piece.
  public long offset() {
    return item.u64(37);
  }

  /// Where this piece begins in the file.
  public long fileOffset() {
    return item.key().offset();
  }

  /// How many bytes of the file it holds.
  public long bytes() {
    return isInline() ? plainBytes() : item.u64(45);
  }

  public long fileEnd() {
    return fileOffset() + bytes();
  }
}
