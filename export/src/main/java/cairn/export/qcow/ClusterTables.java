package cairn.export.qcow;

import cairn.volume.PartialFile;
import cairn.volume.qcow.ClusterEntry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/// The L2 tables of an image in the making, and its L1 table. A table is written as soon as every
/// byte that it tells of has been told of, so that few are in memory at a time. Safe for use by
/// several threads.
final class ClusterTables {
  private final PartialFile file;
  private final HostSpace space;
  private final long size;
  private final int clusterBits;
  private final long span;
  private final ByteBuffer l1;
  private final Map<Integer, Table> open = new HashMap<>();

  /// @param size of the guest's disk
  ClusterTables(PartialFile file, HostSpace space, long size, int clusterBits) {
    this.file = file;
    this.space = space;
    this.size = size;
    this.clusterBits = clusterBits;
    this.span = 1L << (2 * clusterBits - 3);
    int count = Math.toIntExact(Math.ceilDiv(size, span));
    this.l1 = ByteBuffer.allocate(Math.toIntExact((long) count * Long.BYTES));
  }

  private static final class Table {
    private final ByteBuffer entries;
    private final AtomicLong missing;

    Table(int bytes, long missing) {
      this.entries = ByteBuffer.allocate(bytes);
      this.missing = new AtomicLong(missing);
    }
  }

  int l1Count() {
    return l1.capacity() / Long.BYTES;
  }

  ByteBuffer l1() {
    return l1;
  }

  /// What `offset` of the guest's disk is in.
  void set(long offset, long entry) {
    Table table = table(offset);
    synchronized (table) {
      table.entries.putLong(slot(offset), entry);
    }
  }

  /// The cluster that `offset` of the guest's disk is in, which is found when it has none yet.
  long cluster(long offset) {
    Table table = table(offset);
    synchronized (table) {
      long entry = table.entries.getLong(slot(offset));
      if (entry == 0) {
        entry = ClusterEntry.COPIED | space.clusters(1);
        table.entries.putLong(slot(offset), entry);
      }
      return entry & ~ClusterEntry.COPIED;
    }
  }

  /// Whether nothing was said of the cluster that `offset` is in.
  boolean isUnset(long offset) {
    Table table = table(offset);
    synchronized (table) {
      return table.entries.getLong(slot(offset)) == 0;
    }
  }

  /// All entries for these bytes have been set that will be.
  void told(long offset, long length) throws IOException {
    long end = offset + length;
    for (long at = offset; at < end; ) {
      long next = Math.min(end, at - at % span + span);
      if (table(at).missing.addAndGet(at - next) == 0) {
        write((int) (at / span));
      }
      at = next;
    }
  }

  /// Writes the tables that were told of in part only.
  void writeAll() throws IOException {
    for (int index = 0; index < l1Count(); index++) {
      write(index);
    }
  }

  private void write(int index) throws IOException {
    Table table;
    synchronized (open) {
      table = open.remove(index);
    }
    if (table == null || isZeros(table.entries)) {
      return;
    }
    if (l1.getLong(index * Long.BYTES) != 0) {
      throw new IllegalStateException("bytes of " + file.target() + " are written twice");
    }
    long offset = space.clusters(1);
    byte[] bytes = table.entries.array();
    file.write(offset, bytes, 0, bytes.length);
    synchronized (open) {
      l1.putLong(index * Long.BYTES, offset | ClusterEntry.COPIED);
    }
  }

  private Table table(long offset) {
    int index = (int) (offset / span);
    synchronized (open) {
      return open.computeIfAbsent(
          index, each -> new Table(1 << clusterBits, Math.min(span, size - each * span)));
    }
  }

  private int slot(long offset) {
    return (int) ((offset % span) >>> clusterBits) * Long.BYTES;
  }

  private static boolean isZeros(ByteBuffer entries) {
    return entries.mismatch(ByteBuffer.allocate(entries.capacity())) < 0;
  }
}
