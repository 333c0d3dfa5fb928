package cairn.export.qcow;

import cairn.base.block.BlockReader;
import cairn.base.block.Extent;
import cairn.base.block.FrameSink;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Slice;
import cairn.export.qcow.HostSpace.Counted;
import cairn.volume.FirstFailure;
import cairn.volume.ImageSink;
import cairn.volume.PartialFile;
import cairn.volume.qcow.ClusterEntry;
import cairn.volume.qcow.Companions;
import cairn.volume.qcow.HeaderExtension;
import cairn.volume.qcow.QcowHeader;
import cairn.volume.qcow.QcowHeader.Features;
import cairn.volume.qcow.QcowHeader.Place;
import cairn.volume.qcow.QcowImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/// A qcow2 image of version 3 in the making. Clusters that are never written, or are zeros, take no
/// space. With a backing file, what is never written shows what that holds, and only whole clusters
/// may be written or zeroed.
///
/// *Order.* Compressed clusters are gathered first. Clusters and full L2 tables go to the file as
/// they come, from the second cluster on. [#finish()] writes what is left of the tables, L1 table
/// and refcounts, and syncs; only then comes the header, without which the file is no image; and a
/// second sync. Nothing that was written is ever overwritten.
///
/// *Proof.* Then all of the file is read back, tables and clusters, and has the checksums of what
/// was written: see [PartialFile#prove()]. Whoever gave a frame had expanded it and found its
/// content right, so that it is neither expanded nor hashed again. That tables lead to the right
/// clusters is seen by who reads the disk as a guest does: [#readBack].
///
/// *Threads.* Clusters are compressed by the threads that write them.
public final class QcowSink implements ImageSink, FrameSink {
  private static final int SECTOR_BYTES = 512;
  private static final int REFCOUNT_ORDER = 4;

  private final PartialFile file;
  private final long size;
  private final QcowOptions options;
  private final FirstFailure failure;
  private final HostSpace space;
  private final PackedArea packed;
  private final ClusterTables tables;
  private final Queue<Packer> idle = new ConcurrentLinkedQueue<>();
  private volatile @Nullable QcowImage image;

  /// @param file new and empty; closed with this
  /// @param size of the guest's disk; QEMU wants whole sectors of 512 bytes, so that the image may
  ///   show some zeros more
  public QcowSink(PartialFile file, long size, QcowOptions options) {
    this.file = file;
    this.size = size;
    this.options = options;
    this.failure = new FirstFailure(file.target().toString());
    file.rememberSums();
    this.space = new HostSpace(options.clusterBytes());
    this.packed = new PackedArea(file, space);
    this.tables = new ClusterTables(file, space, diskBytes(), options.clusterBits());
    space.clusters(1); // the header's
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public void write(long offset, byte[] source, int from, int length) throws IOException {
    check(offset, length);
    failure.run(() -> {
      long firstWhole = Math.min(offset + length, roundUp(offset));
      long lastWhole = wholeEnd(offset + length, firstWhole);
      writePart(offset, source, from, (int) (firstWhole - offset));
      int middle = from + (int) (firstWhole - offset);
      writeClusters(firstWhole, source, middle, (int) (lastWhole - firstWhole));
      int rest = (int) (offset + length - lastWhole);
      writePart(lastWhole, source, from + length - rest, rest);
      tables.told(offset, length);
    });
  }

  @Override
  public boolean takes(int length, int frameBytes) {
    return options.compress()
        && length == clusterBytes()
        && frameBytes <= clusterBytes() - SECTOR_BYTES;
  }

  @Override
  public void writeFrame(long offset, int length, Slice frame) throws IOException {
    check(offset, length);
    expectWhole(offset, length);
    failure.run(() -> {
      writePacked(offset, frame);
      tables.told(offset, length);
    });
  }

  @Override
  public void zero(long offset, long length) throws IOException {
    check(offset, length);
    failure.run(() -> {
      if (options.backing().isPresent()) {
        expectWhole(offset, length);
        for (long at = offset; at < offset + length; at += options.clusterBytes()) {
          tables.set(at, ClusterEntry.ZERO);
        }
      }
      tables.told(offset, length);
    });
  }

  private void writePart(long offset, byte[] source, int from, int length) throws IOException {
    if (length > 0) {
      if (options.backing().isPresent()) {
        expectWhole(offset, length);
      }
      long host = tables.cluster(offset) + offset % options.clusterBytes();
      file.write(host, source, from, length);
    }
  }

  /// Whole clusters, but for the last one of the disk.
  private void writeClusters(long offset, byte[] source, int from, int length) throws IOException {
    Packer packer = options.compress() ? newPacker() : null;
    int runStart = 0;
    int done = 0;
    while (done < length) {
      int count = Math.min(options.clusterBytes(), length - done);
      boolean elsewhere =
          isZeros(source, from + done, count)
              ? setZeros(offset + done)
              : packer != null && compress(packer, offset + done, source, from + done, count);
      if (elsewhere) {
        writeRun(offset + runStart, source, from + runStart, done - runStart);
        runStart = done + count;
      }
      done += count;
    }
    writeRun(offset + runStart, source, from + runStart, done - runStart);
    if (packer != null) {
      idle.add(packer);
    }
  }

  private boolean setZeros(long offset) {
    if (options.backing().isPresent()) {
      tables.set(offset, ClusterEntry.ZERO);
    }
    return true;
  }

  private void writeRun(long offset, byte[] source, int from, int length) throws IOException {
    if (length > 0) {
      long clusters = Math.ceilDiv(length, options.clusterBytes());
      long host = space.clusters(clusters);
      file.write(host, source, from, length);
      for (long i = 0; i < clusters; i++) {
        long skip = i * options.clusterBytes();
        tables.set(offset + skip, ClusterEntry.COPIED | (host + skip));
      }
    }
  }

  /// @return false when that would not take less space; then nothing was written
  private boolean compress(Packer packer, long offset, byte[] source, int from, int count)
      throws IOException {
    byte[] cluster = source;
    int start = from;
    if (count < clusterBytes()) {
      cluster = Arrays.copyOf(Arrays.copyOfRange(source, from, from + count), clusterBytes());
      start = 0;
    }
    int length = packer.pack(cluster, start, clusterBytes());
    if (length > clusterBytes() - SECTOR_BYTES) {
      return false;
    }
    writePacked(offset, Slice.of(packer.bytes(), 0, length));
    return true;
  }

  private void writePacked(long offset, Slice frame) throws IOException {
    PackedArea.Place place = packed.add(frame);
    tables.set(
        offset, ClusterEntry.compressed(options.clusterBits(), place.host(), place.length()));
  }

  private Packer newPacker() {
    Packer packer = idle.poll();
    return packer == null ? new Packer(clusterBytes()) : packer;
  }

  @Override
  public void finish() throws IOException {
    if (image != null) {
      throw new IllegalStateException(file.target() + " is finished");
    }
    failure.run(() -> {
      writeOddEnd();
      packed.finish();
      space.trim();
      tables.writeAll();
      long l1 = writeL1();
      Counted counted = writeRefcounts();
      file.resize(space.end());
      file.sync();
      byte[] header = header(new Place(l1, tables.l1Count()), counted);
      file.write(0, header, 0, header.length);
      file.store();
      file.prove();
      image = open();
    });
  }

  /// Where the last sector is not whole, the backing file must not show in the rest of it.
  private void writeOddEnd() throws IOException {
    long start = size & -(long) clusterBytes();
    if (options.backing().isPresent() && size < diskBytes() && tables.isUnset(start)) {
      BlockReader below = options.backing().get().disk();
      byte[] shown = new byte[(int) (size - start)];
      int known = Math.clamp(below.size() - start, 0, shown.length);
      below.read(Math.min(start, below.size()), shown, 0, known);
      writeClusters(start, shown, 0, shown.length);
    }
  }

  private long writeL1() throws IOException {
    byte[] l1 = l1Table();
    long offset = space.clusters(l1.length / options.clusterBytes());
    file.write(offset, l1, 0, l1.length);
    return offset;
  }

  private byte[] l1Table() {
    byte[] entries = tables.l1().array();
    return Arrays.copyOf(entries, (int) roundUp(Math.max(1, entries.length)));
  }

  private Counted writeRefcounts() throws IOException {
    Counted counted = space.count();
    long at = counted.firstBlock();
    for (byte[] block : counted.blocks()) {
      file.write(at, block, 0, block.length);
      at += block.length;
    }
    byte[] table = refcountTable(counted);
    file.write(counted.table(), table, 0, table.length);
    return counted;
  }

  private byte[] refcountTable(Counted counted) {
    ByteBuffer table = ByteBuffer.allocate(counted.tableClusters() * options.clusterBytes());
    for (int i = 0; i < counted.blocks().size(); i++) {
      table.putLong(counted.firstBlock() + (long) i * options.clusterBytes());
    }
    return table.array();
  }

  private byte[] header(Place l1, Counted counted) {
    ByteBuffer out = ByteBuffer.allocate(options.clusterBytes());
    out.position(QcowHeader.BYTES);
    Place name = putBacking(out);
    long incompatible = options.compress() ? Features.COMPRESSION : 0;
    new QcowHeader(
            3,
            name,
            options.clusterBits(),
            diskBytes(),
            0,
            l1,
            new Place(counted.table(), counted.tableClusters()),
            Place.NONE,
            new Features(incompatible, 0, 0),
            REFCOUNT_ORDER,
            QcowHeader.BYTES,
            options.compress() ? QcowHeader.ZSTD : QcowHeader.DEFLATE)
        .encode(out.rewind());
    return out.array();
  }

  private Place putBacking(ByteBuffer out) {
    Optional<QcowOptions.Backing> backing = options.backing();
    backing.ifPresent(
        each -> HeaderExtension.text(HeaderExtension.BACKING_FORMAT, "qcow2").encode(out));
    new HeaderExtension(HeaderExtension.END, new byte[0]).encode(out);
    if (backing.isEmpty()) {
      return Place.NONE;
    }
    byte[] name = backing.get().name().getBytes(StandardCharsets.UTF_8);
    Place place = new Place(out.position(), name.length);
    out.put(name);
    return place;
  }

  private QcowImage open() throws IOException {
    try {
      return QcowImage.open(new StoredFile(file), file.target().toString(), new OnBacking());
    } catch (CorruptData e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  @Override
  public void publish() throws IOException {
    failure.run(file::publish);
  }

  @Override
  public void readBack(long offset, byte[] target, int from, int length) throws IOException {
    check(offset, length);
    disk().read(offset, target, from, length);
  }

  /// What a guest sees, after [#finish()] and until this is closed.
  public QcowImage disk() {
    QcowImage finished = image;
    if (finished == null) {
      throw new IllegalStateException(file.target() + " is not finished");
    }
    return finished;
  }

  @Override
  public void close() throws IOException {
    idle.forEach(Packer::close);
    idle.clear();
    packed.close();
    file.close();
  }

  private long diskBytes() {
    return Math.ceilDiv(size, SECTOR_BYTES) * SECTOR_BYTES;
  }

  private int clusterBytes() {
    return options.clusterBytes();
  }

  private long roundUp(long offset) {
    return -(-offset & -(long) clusterBytes());
  }

  /// Up to where clusters are whole; the last one of the disk is, however short.
  private long wholeEnd(long end, long firstWhole) {
    return end == size ? end : Math.max(firstWhole, end & -(long) clusterBytes());
  }

  private void expectWhole(long offset, long length) {
    boolean whole = (offset + length) % clusterBytes() == 0 || offset + length == size;
    if (offset % clusterBytes() != 0 || !whole) {
      throw new IllegalArgumentException(
          "bytes " + offset + "+" + length + " are no whole clusters");
    }
  }

  private void check(long offset, long length) {
    if (offset < 0 || length < 0 || offset > size - length) {
      throw new IllegalArgumentException(
          "bytes " + offset + "+" + length + " are not within a disk of " + size);
    }
  }

  private static boolean isZeros(byte[] bytes, int from, int length) {
    return bytes[from] == 0
        && Arrays.equals(bytes, from, from + length - 1, bytes, from + 1, from + length);
  }

  /// The backing file is open already, and not ours to close.
  private final class OnBacking implements Companions {
    @Override
    public BlockReader data(String name) throws IOException {
      throw new IOException(file.target() + " has no data file");
    }

    @Override
    public BlockReader backing(String name, Optional<String> format) {
      return new Lent(options.backing().orElseThrow().disk());
    }
  }

  private record Lent(BlockReader disk) implements BlockReader {
    @Override
    public long size() {
      return disk.size();
    }

    @Override
    public int blockSize() {
      return disk.blockSize();
    }

    @Override
    public List<Extent> extents(long offset, long length) throws IOException {
      return disk.extents(offset, length);
    }

    @Override
    public void read(long offset, byte[] target, int from, int length) throws IOException {
      disk.read(offset, target, from, length);
    }

    @Override
    public void close() {}
  }
}
