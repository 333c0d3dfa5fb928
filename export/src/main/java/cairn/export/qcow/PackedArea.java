package cairn.export.qcow;

import cairn.base.bytes.Slice;
import cairn.volume.LongWrites;
import cairn.volume.PartialFile;
import java.io.IOException;

/// Compressed clusters in the file, side by side. Safe for use by several threads.
final class PackedArea implements AutoCloseable {
  /// So that a refcount of 16 bits is enough for the largest clusters.
  private static final int LENGTH_MIN = 64;

  private static final byte[] ZEROS = new byte[LENGTH_MIN];

  private final HostSpace space;
  private final LongWrites writes;

  PackedArea(PartialFile file, HostSpace space) {
    this.space = space;
    this.writes = new LongWrites(file);
  }

  /// Where a cluster is.
  record Place(long host, int length) {}

  Place add(Slice packed) throws IOException {
    int length = Math.max(packed.length(), LENGTH_MIN);
    Place place;
    synchronized (this) {
      place = new Place(space.packed(length), length);
      writes.put(place.host, packed.bytes(), packed.offset(), packed.length());
      writes.put(place.host + packed.length(), ZEROS, 0, length - packed.length());
    }
    writes.writeFull();
    return place;
  }

  /// Nothing will be added any more.
  void finish() throws IOException {
    writes.finish();
  }

  @Override
  public void close() {
    writes.close();
  }
}
