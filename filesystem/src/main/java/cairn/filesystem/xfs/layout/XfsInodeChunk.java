package cairn.filesystem.xfs.layout;

import cairn.filesystem.layout.Fields;

/// 64 inodes that belong together, `struct xfs_inobt_rec`. Of a sparse one only some of 16 pieces
/// exist.
///
/// | offset | bytes | field                                                            |
/// |-------:|------:|------------------------------------------------------------------|
/// |      0 |     4 | first inode, in its group                                        |
/// |      4 |     4 | number of free ones; with the feature for sparse chunks instead: |
/// |      4 |     2 | pieces that do not exist, a bit for each                         |
/// |      6 |     2 | number of inodes, of free ones                                   |
/// |      8 |     8 | free ones, a bit for each; set for those that do not exist       |
///
/// @param first its number in the group
/// @param holes pieces that do not exist
/// @param count how many inodes exist
/// @param freeCount how many of them are free
/// @param free a bit for each
public record XfsInodeChunk(long first, int holes, int count, long freeCount, long free) {
  /// How many inodes one has.
  public static final int INODES = 64;

  /// How many inodes a piece has.
  public static final int PIECE = 4;

  public static XfsInodeChunk read(Fields fields, int at, XfsSuperblock superblock) {
    if (superblock.hasSparseInodes()) {
      return new XfsInodeChunk(
          fields.u32(at),
          fields.u16(at + 4),
          fields.u8(at + 6),
          fields.u8(at + 7),
          fields.u64(at + 8));
    }
    return new XfsInodeChunk(fields.u32(at), 0, INODES, fields.u32(at + 4), fields.u64(at + 8));
  }

  /// Inodes that exist, a bit for each.
  public long existing() {
    long existing = 0;
    for (int piece = 0; piece < INODES / PIECE; piece++) {
      if ((holes >>> piece & 1) == 0) {
        existing |= 0xFL << (piece * PIECE);
      }
    }
    return existing;
  }
}
