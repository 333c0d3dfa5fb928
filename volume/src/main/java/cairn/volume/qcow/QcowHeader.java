package cairn.volume.qcow;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import java.nio.ByteBuffer;

/// What an image begins with ("Header" in `qcow2.txt`):
///
/// | offset | bytes | field                                                          |
/// |-------:|------:|----------------------------------------------------------------|
/// |      0 |     4 | `QFI\xfb`                                                      |
/// |      4 |     4 | version, 2 or 3                                                |
/// |      8 |     8 | offset of the backing file's name; 0 for none                  |
/// |     16 |     4 | its length in bytes, at most 1023                              |
/// |     20 |     4 | clusterBits, 9 to 21                                           |
/// |     24 |     8 | size of the guest's disk in bytes                              |
/// |     32 |     4 | encryption: 0 none, 1 AES, 2 LUKS                              |
/// |     36 |     4 | entries of the L1 table                                        |
/// |     40 |     8 | its offset                                                     |
/// |     48 |     8 | offset of the refcount table                                   |
/// |     56 |     4 | its length in clusters                                         |
/// |     60 |     4 | number of internal snapshots                                   |
/// |     64 |     8 | offset of the snapshot table                                   |
/// |     72 |     8 | incompatible features; version 3 from here on                  |
/// |     80 |     8 | compatible features                                            |
/// |     88 |     8 | autoclear features                                             |
/// |     96 |     4 | refcountOrder: an entry has `1 << refcountOrder` bits          |
/// |    100 |     4 | length of the header                                           |
/// |    104 |     1 | compression of clusters: 0 deflate, 1 zstd                     |
///
/// Extensions follow it, and the name of the backing file, all in the first cluster.
///
/// @param backing where the name of the backing file is
/// @param l1 the active L1 table, counted in entries
/// @param refcounts the refcount table, counted in clusters
/// @param snapshots the snapshot table, counted in snapshots
public record QcowHeader(
    int version,
    Place backing,
    int clusterBits,
    long size,
    int encryption,
    Place l1,
    Place refcounts,
    Place snapshots,
    Features features,
    int refcountOrder,
    int length,
    int compression) {
  public static final int MAGIC = 0x514649FB;

  /// Of a version 2 header, and of what is common to both.
  public static final int V2_BYTES = 72;

  public static final int V3_BYTES = 104;

  /// With the kind of compression.
  public static final int BYTES = 112;

  public static final int DEFLATE = 0;
  public static final int ZSTD = 1;
  public static final int CLUSTER_BITS_MIN = 9;
  public static final int CLUSTER_BITS_MAX = 21;
  static final int NAME_BYTES_MAX = 1023;

  /// As QEMU has it: 4,194,304 entries.
  private static final int L1_BYTES_MAX = 32 << 20;

  private static final int REFCOUNT_ORDER_MAX = 6;
  private static final int REFCOUNT_ORDER_OF_V2 = 4;

  /// Where something lies, and how much of it there is.
  public record Place(long offset, int count) {
    public static final Place NONE = new Place(0, 0);
  }

  /// Bits of what the image needs of whoever opens it.
  ///
  /// @param incompatible whoever does not know one of them must not open the image
  /// @param autoclear whoever does not know one of them and writes clears it
  public record Features(long incompatible, long compatible, long autoclear) {
    /// Refcounts may be wrong.
    public static final long DIRTY = 1;

    /// Somebody found damage.
    public static final long CORRUPT = 1 << 1;

    /// Guest clusters are in another file.
    public static final long DATA_FILE = 1 << 2;

    /// The field for the kind of compression counts.
    public static final long COMPRESSION = 1 << 3;

    /// L2 entries of 16 bytes, for 32 parts of each cluster.
    public static final long EXTENDED_L2 = 1 << 4;

    public static final Features NONE = new Features(0, 0, 0);

    static final long KNOWN = DIRTY | CORRUPT | DATA_FILE | COMPRESSION | EXTENDED_L2;

    public boolean has(long bit) {
      return (incompatible & bit) != 0;
    }
  }

  /// Reads what is common to all versions, and the rest when it is version 3. Nothing is checked
  /// but that it is there; [#check] does.
  static QcowHeader decode(byte[] start, Subject subject) throws CorruptData {
    subject.check(start.length >= V2_BYTES, "size", start.length, "at least " + V2_BYTES);
    ByteBuffer in = ByteBuffer.wrap(start);
    subject.check(in.getInt(0) == MAGIC, "magic", hex(in.getInt(0)), hex(MAGIC));
    int version = in.getInt(4);
    boolean three = version >= 3;
    subject.check(!three || start.length >= V3_BYTES, "size", start.length, "at least " + V3_BYTES);
    int length = three ? in.getInt(100) : V2_BYTES;
    boolean hasCompression = length > V3_BYTES && start.length > V3_BYTES;
    return new QcowHeader(
        version,
        new Place(in.getLong(8), in.getInt(16)),
        in.getInt(20),
        in.getLong(24),
        in.getInt(32),
        new Place(in.getLong(40), in.getInt(36)),
        new Place(in.getLong(48), in.getInt(56)),
        new Place(in.getLong(64), in.getInt(60)),
        three ? new Features(in.getLong(72), in.getLong(80), in.getLong(88)) : Features.NONE,
        three ? in.getInt(96) : REFCOUNT_ORDER_OF_V2,
        length,
        hasCompression ? in.get(104) & 0xFF : DEFLATE);
  }

  /// Checks each field by itself and against the size of the file, before any of them is used.
  void check(Subject subject, long fileBytes) throws CorruptData {
    subject.check(
        clusterBits >= CLUSTER_BITS_MIN && clusterBits <= CLUSTER_BITS_MAX,
        "cluster bits",
        clusterBits,
        CLUSTER_BITS_MIN + ".." + CLUSTER_BITS_MAX);
    subject.check(size >= 0, "size", Long.toUnsignedString(size), "less than 2^63");
    subject.check(
        refcountOrder >= 0 && refcountOrder <= REFCOUNT_ORDER_MAX,
        "refcount order",
        refcountOrder,
        "0.." + REFCOUNT_ORDER_MAX);
    int leastLength = version == 2 ? V2_BYTES : V3_BYTES;
    subject.check(
        length >= leastLength && length <= clusterBytes() && length % 8 == 0,
        "header length",
        length,
        "a multiple of 8 in " + leastLength + ".." + clusterBytes());
    subject.check(
        compression == DEFLATE || features.has(Features.COMPRESSION),
        "compression",
        compression,
        DEFLATE);
    subject.check(
        !extended() || clusterBits >= 14, "cluster bits with extended L2", clusterBits, "14..21");
    checkBacking(subject);
    checkL1(subject, fileBytes);
    checkPlace(subject, "refcount table", refcounts.offset, 0, fileBytes);
  }

  private void checkBacking(Subject subject) throws CorruptData {
    if (backing.offset != 0) {
      subject.check(
          backing.count >= 0 && backing.count <= NAME_BYTES_MAX,
          "backing file name length",
          Integer.toUnsignedString(backing.count),
          "0.." + NAME_BYTES_MAX);
      subject.check(
          backing.offset >= length && backing.offset <= clusterBytes() - backing.count,
          "backing file name offset",
          Long.toUnsignedString(backing.offset),
          "within the first cluster");
    }
  }

  private void checkL1(Subject subject, long fileBytes) throws CorruptData {
    long tableBytes = (l1.count & 0xFFFFFFFFL) * Long.BYTES;
    subject.check(tableBytes <= L1_BYTES_MAX, "L1 table size", tableBytes, "0.." + L1_BYTES_MAX);
    subject.check(l1.count >= l1Needed(), "L1 table entries", l1.count, l1Needed() + " or more");
    checkPlace(subject, "L1 table", l1.offset, tableBytes, fileBytes);
  }

  private void checkPlace(Subject subject, String what, long offset, long bytes, long fileBytes)
      throws CorruptData {
    boolean within = offset >= 0 && offset <= fileBytes - bytes;
    subject.check(
        within && offset % clusterBytes() == 0,
        what + " offset",
        Long.toUnsignedString(offset),
        "a multiple of " + clusterBytes() + " within " + fileBytes + " bytes");
  }

  public int clusterBytes() {
    return 1 << clusterBits;
  }

  boolean extended() {
    return features.has(Features.EXTENDED_L2);
  }

  /// What one L2 table tells of, in bytes of the guest's disk.
  public long l2Span() {
    return (long) l2Entries() << clusterBits;
  }

  int l2Entries() {
    return 1 << (clusterBits - (extended() ? 4 : 3));
  }

  /// How many entries of the L1 table the guest's disk needs.
  long l1Needed() {
    return size / l2Span() + (size % l2Span() == 0 ? 0 : 1);
  }

  /// Version 3, [#BYTES] long.
  public void encode(ByteBuffer out) {
    int start = out.position();
    out.putInt(MAGIC).putInt(version);
    out.putLong(backing.offset).putInt(backing.count);
    out.putInt(clusterBits).putLong(size).putInt(encryption);
    out.putInt(l1.count).putLong(l1.offset);
    out.putLong(refcounts.offset).putInt(refcounts.count);
    out.putInt(snapshots.count).putLong(snapshots.offset);
    out.putLong(features.incompatible).putLong(features.compatible).putLong(features.autoclear);
    out.putInt(refcountOrder).putInt(length);
    out.put((byte) compression).position(start + BYTES);
  }

  static String hex(int value) {
    return String.format(java.util.Locale.ROOT, "%08x", value);
  }
}
