package cairn.volume.qcow;

import cairn.base.block.BlockReader;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.volume.qcow.Piece.Kind;
import cairn.volume.qcow.QcowHeader.Features;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;

/// Where each cluster of the guest's disk is: the L1 table, in memory, and the L2 tables, of which
/// those used last are. Every entry is checked before it is used, against the size of the file that
/// it leads into. Safe for use by several threads.
final class ClusterMap {
  /// Of L2 tables in memory; they are as large as clusters.
  private static final int TABLES_BYTES_MAX = 16 << 20;

  private static final int TABLES_MIN = 4;
  private static final int PARTS = 32;

  private final BlockReader file;
  private final QcowHeader header;
  private final Subject subject;
  private final long dataBytes;
  private final ByteBuffer l1;
  private final Map<Integer, ByteBuffer> tables;

  /// @param dataBytes size of the file with the guest's clusters
  ClusterMap(BlockReader file, QcowHeader header, Subject subject, long dataBytes)
      throws IOException {
    this.file = file;
    this.header = header;
    this.subject = subject;
    this.dataBytes = dataBytes;
    this.l1 = read(header.l1().offset(), header.l1().count() * Long.BYTES);
    int tablesMax = Math.max(TABLES_MIN, TABLES_BYTES_MAX / header.clusterBytes());
    this.tables =
        new LinkedHashMap<>(16, 0.75f, true) {
          private static final long serialVersionUID = 1;

          @Override
          protected boolean removeEldestEntry(Map.Entry<Integer, ByteBuffer> eldest) {
            return size() > tablesMax;
          }
        };
  }

  /// What begins at `offset`, as far as it is alike, up to `end` at most.
  Piece next(long offset, long end) throws IOException, CorruptData {
    Piece piece = single(offset, end);
    while (piece.end() < end) {
      Piece more = single(piece.end(), end);
      if (!piece.isContinuedBy(more)) {
        break;
      }
      piece = piece.with(more);
    }
    return piece;
  }

  private Piece single(long offset, long end) throws IOException, CorruptData {
    int index = (int) (offset / header.l2Span());
    long entry = l1.getLong(index * Long.BYTES);
    if (entry == 0) {
      long spanEnd = offset - offset % header.l2Span() + header.l2Span();
      return Piece.of(Kind.BACKING, offset, lesser(spanEnd, end) - offset);
    }
    ByteBuffer table = table(index, entry);
    int slot = (int) ((offset % header.l2Span()) >>> header.clusterBits());
    Subject where = subject.at("L2 " + ClusterEntry.offset(entry)).slot(slot);
    return header.extended()
        ? extended(table, offset, end, where)
        : standard(table.getLong(slot * Long.BYTES), offset, end, where);
  }

  private Piece standard(long entry, long offset, long end, Subject where) throws CorruptData {
    int skip = (int) (offset & (header.clusterBytes() - 1));
    long length = lesser(offset - skip + header.clusterBytes(), end) - offset;
    if (ClusterEntry.isCompressed(entry)) {
      return compressed(entry, offset, length, where);
    }
    ClusterEntry.check(entry, zeroFlag(), header.clusterBytes(), where);
    if ((entry & ClusterEntry.ZERO) != 0) {
      return Piece.of(Kind.ZERO, offset, length);
    }
    return isAllocated(entry)
        ? data(entry, offset, length, where)
        : Piece.of(Kind.BACKING, offset, length);
  }

  /// An entry and, for each of 32 parts of the cluster, a bit that says that it is there (0 to 31)
  /// and one that it reads as zeros (32 to 63).
  private Piece extended(ByteBuffer table, long offset, long end, Subject where)
      throws CorruptData {
    long entry = table.getLong(where.slot() * 2 * Long.BYTES);
    long bits = table.getLong((where.slot() * 2 + 1) * Long.BYTES);
    int skip = (int) (offset & (header.clusterBytes() - 1));
    if (ClusterEntry.isCompressed(entry)) {
      where.check(bits == 0, "parts of a compressed cluster", Long.toHexString(bits), 0);
      long length = lesser(offset - skip + header.clusterBytes(), end) - offset;
      return compressed(entry, offset, length, where);
    }
    ClusterEntry.check(entry, 0, header.clusterBytes(), where);
    long both = bits & (bits >>> PARTS) & 0xFFFF_FFFFL;
    where.check(both == 0, "parts that are there and zeros", Long.toHexString(both), 0);
    boolean allocated = isAllocated(entry);
    boolean fits = allocated || (bits & 0xFFFF_FFFFL) == 0;
    where.check(fits, "parts of no cluster", Long.toHexString(bits), "none that are there");
    int partBytes = header.clusterBytes() / PARTS;
    int part = skip / partBytes;
    long length = lesser(offset - skip + (long) (part + 1) * partBytes, end) - offset;
    if (((bits >>> (PARTS + part)) & 1) != 0) {
      return Piece.of(Kind.ZERO, offset, length);
    }
    return ((bits >>> part) & 1) != 0
        ? data(entry, offset, length, where)
        : Piece.of(Kind.BACKING, offset, length);
  }

  private Piece data(long entry, long offset, long length, Subject where) throws CorruptData {
    long skip = offset & (header.clusterBytes() - 1);
    long host = ClusterEntry.offset(entry) + skip;
    checkWithin(host, length, where);
    return new Piece(Kind.DATA, offset, length, host, 0);
  }

  private Piece compressed(long entry, long offset, long length, Subject where) throws CorruptData {
    where.check(!hasDataFile(), "compressed cluster", "one", "none with an external data file");
    where.check(entry >= 0, "flag of a compressed cluster", "copied", "none");
    long host = ClusterEntry.compressedOffset(header.clusterBits(), entry);
    checkWithin(host, 1, where);
    int stored = ClusterEntry.compressedLength(header.clusterBits(), entry);
    // The last sector may lie past the end of a file that nobody filled up.
    int there = (int) lesser(stored, dataBytes - host);
    return new Piece(Kind.COMPRESSED, offset, length, host, there);
  }

  /// Where clusters are in another file, offset 0 is as good as any.
  private boolean isAllocated(long entry) {
    return ClusterEntry.offset(entry) != 0 || (hasDataFile() && (entry & ClusterEntry.COPIED) != 0);
  }

  private long zeroFlag() {
    return header.version() == 2 ? 0 : ClusterEntry.ZERO;
  }

  private boolean hasDataFile() {
    return header.features().has(Features.DATA_FILE);
  }

  private void checkWithin(long host, long length, Subject where) throws CorruptData {
    where.check(
        host <= dataBytes - length,
        "end of the cluster",
        host + length,
        "at most " + dataBytes + ", where the file ends");
  }

  private ByteBuffer table(int index, long entry) throws IOException, CorruptData {
    synchronized (tables) {
      ByteBuffer known = tables.get(index);
      if (known == null) {
        Subject where = subject.at("L1 " + header.l1().offset()).slot(index);
        ClusterEntry.check(entry, 0, header.clusterBytes(), where);
        long offset = ClusterEntry.offset(entry);
        where.check(
            offset != 0 && offset <= file.size() - header.clusterBytes(),
            "offset of the L2 table",
            offset,
            "a cluster within " + file.size() + " bytes");
        known = read(offset, header.clusterBytes());
        tables.put(index, known);
      }
      return known;
    }
  }

  private ByteBuffer read(long offset, int length) throws IOException {
    byte[] bytes = new byte[length];
    file.read(offset, bytes, 0, length);
    return ByteBuffer.wrap(bytes);
  }

  /// The lesser one; `a` may have overflowed beyond the largest disk.
  private static long lesser(long a, long b) {
    return Long.compareUnsigned(a, b) < 0 ? a : b;
  }
}
