package cairn.volume.qcow;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;

/// Entries of L1 and L2 tables ("L1 table entry", "L2 table entry" in `qcow2.txt`), 8 bytes each:
///
/// | bits  | L1                  | L2, standard             | L2, compressed                      |
/// |------:|---------------------|--------------------------|-------------------------------------|
/// |    63 | refcount is 1       | refcount is 1            | 0                                   |
/// |    62 | 0                   | 0                        | 1                                   |
/// |  9-55 | offset of L2 table  | offset of the cluster    | offset in the low `x` bits, and     |
/// |     0 | 0                   | reads as zeros           | sectors beyond the first above them |
///
/// `x` is 62 - (clusterBits - 8). The other bits are 0.
public final class ClusterEntry {
  /// The cluster that is named belongs to nobody else.
  public static final long COPIED = 1L << 63;

  /// Of a standard entry, since version 3.
  public static final long ZERO = 1;

  static final long COMPRESSED = 1L << 62;
  static final int SECTOR_BYTES = 512;

  private static final long OFFSET = 0x00FF_FFFF_FFFF_FE00L;

  private ClusterEntry() {}

  /// @param offset where the compressed bytes are
  /// @param length of them
  public static long compressed(int clusterBits, long offset, int length) {
    long last = (offset + length - 1) / SECTOR_BYTES;
    long moreSectors = last - offset / SECTOR_BYTES;
    return COMPRESSED | (moreSectors << sizeShift(clusterBits)) | offset;
  }

  static boolean isCompressed(long entry) {
    return (entry & COMPRESSED) != 0;
  }

  static long compressedOffset(int clusterBits, long entry) {
    return entry & ((1L << sizeShift(clusterBits)) - 1);
  }

  /// From the offset to the end of the last sector.
  static int compressedLength(int clusterBits, long entry) {
    long sectors = ((entry >>> sizeShift(clusterBits)) & ((1L << (clusterBits - 8)) - 1)) + 1;
    long skip = compressedOffset(clusterBits, entry) % SECTOR_BYTES;
    return (int) (sectors * SECTOR_BYTES - skip);
  }

  /// What a standard entry or an L1 entry names.
  static long offset(long entry) {
    return entry & OFFSET;
  }

  /// Checks a standard entry or one of an L1 table: reserved bits and alignment.
  ///
  /// @param flags the low bits that it may have
  static void check(long entry, long flags, int clusterBytes, Subject subject) throws CorruptData {
    long reserved = entry & ~(OFFSET | COPIED | flags);
    subject.check(reserved == 0, "reserved bits", Long.toHexString(reserved), 0);
    subject.check(
        offset(entry) % clusterBytes == 0,
        "offset",
        offset(entry),
        "a multiple of " + clusterBytes);
  }

  private static int sizeShift(int clusterBits) {
    return 62 - (clusterBits - 8);
  }
}
