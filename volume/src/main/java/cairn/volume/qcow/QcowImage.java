package cairn.volume.qcow;

import cairn.base.block.BlockReader;
import cairn.base.block.Extent;
import cairn.base.block.Extent.State;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.volume.qcow.QcowHeader.Features;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.zip.DataFormatException;

/// The disk that a guest sees in a qcow2 image, of version 2 or 3. Internal snapshots and bitmaps
/// are passed over.
///
/// What is damaged is told when it is needed: reading throws an [IOException] with the offset that
/// has [CorruptData] as its cause, and the rest stays readable.
public final class QcowImage implements BlockReader {
  private static final int BLOCK_BYTES_MIN = 64 << 10;

  private final BlockReader file;
  private final Subject subject;
  private final QcowHeader header;
  private final Optional<BlockReader> data;
  private final Optional<BlockReader> backing;
  private final ClusterMap map;
  private final Queue<Expander> idle = new ConcurrentLinkedQueue<>();

  private QcowImage(BlockReader file, Subject subject, QcowHeader header, Others others)
      throws IOException {
    this.file = file;
    this.subject = subject;
    this.header = header;
    this.data = others.data;
    this.backing = others.backing;
    this.map = new ClusterMap(file, header, subject, clusters().size());
  }

  private record Others(Optional<BlockReader> data, Optional<BlockReader> backing) {}

  /// Whether a file begins as images do.
  public static boolean isOne(BlockReader file) throws IOException {
    byte[] magic = new byte[Integer.BYTES];
    if (file.size() < magic.length) {
      return false;
    }
    file.read(0, magic, 0, magic.length);
    return ByteBuffer.wrap(magic).getInt() == QcowHeader.MAGIC;
  }

  /// @param file the image; closed with this, or when this fails
  /// @param name of the image, for messages
  /// @throws IOException also when the image has what is not understood, in one sentence
  public static QcowImage open(BlockReader file, String name, Companions companions)
      throws IOException, CorruptData {
    List<BlockReader> opened = new ArrayList<>(List.of(file));
    boolean good = false;
    try {
      Subject subject = Subject.of("qcow2", name);
      QcowHeader header = header(file, name, subject);
      byte[] start = new byte[(int) Math.min(header.clusterBytes(), file.size())];
      file.read(0, start, 0, start.length);
      Others others = openOthers(header, start, subject, companions);
      others.data.ifPresent(opened::add);
      others.backing.ifPresent(opened::add);
      QcowImage image = new QcowImage(file, subject, header, others);
      good = true;
      return image;
    } finally {
      if (!good) {
        closeAll(opened);
      }
    }
  }

  private static QcowHeader header(BlockReader file, String name, Subject subject)
      throws IOException, CorruptData {
    byte[] start = new byte[(int) Math.min(QcowHeader.BYTES, file.size())];
    file.read(0, start, 0, start.length);
    QcowHeader header = QcowHeader.decode(start, subject);
    checkUnderstood(header, name);
    header.check(subject, file.size());
    return header;
  }

  private static void checkUnderstood(QcowHeader header, String name) throws IOException {
    if (header.version() != 2 && header.version() != 3) {
      throw new IOException(
          name
              + " is of qcow version "
              + Integer.toUnsignedString(header.version())
              + ", and only 2 and 3 are understood: convert it with qemu-img");
    }
    if (header.encryption() != 0) {
      String kind = header.encryption() == 1 ? "AES" : "LUKS";
      throw new IOException(
          name + " is encrypted (" + kind + "): decrypt it with qemu-img, or use --format raw");
    }
    long unknown = header.features().incompatible() & ~Features.KNOWN;
    boolean unknownCompression = header.compression() > QcowHeader.ZSTD;
    if (unknown != 0 || unknownCompression) {
      throw new IOException(
          name
              + " needs what is not understood here ("
              + (unknown != 0
                  ? "feature bits " + Long.toHexString(unknown)
                  : "compression " + header.compression())
              + "): convert it with qemu-img, or use --format raw");
    }
  }

  private static Others openOthers(
      QcowHeader header, byte[] start, Subject subject, Companions companions)
      throws IOException, CorruptData {
    List<HeaderExtension> extensions = HeaderExtension.decodeAll(start, header, subject);
    Optional<BlockReader> data = Optional.empty();
    if (header.features().has(Features.DATA_FILE)) {
      Optional<String> name = HeaderExtension.text(extensions, HeaderExtension.DATA_FILE);
      subject.check(name.isPresent(), "name of the data file", "none", "a name");
      data = Optional.of(companions.data(name.get()));
    }
    if (header.backing().offset() == 0 || header.backing().count() == 0) {
      return new Others(data, Optional.empty());
    }
    int from = (int) header.backing().offset();
    int length = header.backing().count();
    subject.check(from + length <= start.length, "file size", start.length, from + length);
    String name = new String(start, from, length, StandardCharsets.UTF_8);
    Optional<String> format = HeaderExtension.text(extensions, HeaderExtension.BACKING_FORMAT);
    boolean good = false;
    try {
      Others others = new Others(data, Optional.of(companions.backing(name, format)));
      good = true;
      return others;
    } finally {
      if (!good) {
        closeAll(data.stream().toList());
      }
    }
  }

  /// Whether somebody who wrote to the image found it damaged.
  public boolean isMarkedCorrupt() {
    return header.features().has(Features.CORRUPT);
  }

  public QcowHeader header() {
    return header;
  }

  @Override
  public long size() {
    return header.size();
  }

  @Override
  public int blockSize() {
    return Math.max(BLOCK_BYTES_MIN, header.clusterBytes());
  }

  /// Clusters that are not there or read as zeros are holes, and so are those that lie in a hole of
  /// their file or of the backing file.
  @Override
  public List<Extent> extents(long offset, long length) throws IOException {
    check(offset, length);
    List<Extent> extents = new ArrayList<>();
    long end = offset + length;
    for (long at = offset; at < end; ) {
      Piece piece = next(at, end);
      switch (piece.kind()) {
        case COMPRESSED -> add(extents, new Extent(at, piece.length(), State.DATA));
        case ZERO -> add(extents, new Extent(at, piece.length(), State.HOLE));
        case DATA -> addMoved(extents, clusters(), piece, piece.host());
        case BACKING -> addBacking(extents, piece);
      }
      at = piece.end();
    }
    return extents;
  }

  private void addBacking(List<Extent> extents, Piece piece) throws IOException {
    long known = backing.map(BlockReader::size).orElse(0L);
    long shown = Math.clamp(known - piece.offset(), 0, piece.length());
    if (shown > 0) {
      Piece part = Piece.of(piece.kind(), piece.offset(), shown);
      addMoved(extents, backing.orElseThrow(), part, piece.offset());
    }
    if (shown < piece.length()) {
      add(extents, new Extent(piece.offset() + shown, piece.length() - shown, State.HOLE));
    }
  }

  private static void addMoved(List<Extent> extents, BlockReader from, Piece piece, long at)
      throws IOException {
    for (Extent extent : from.extents(at, piece.length())) {
      long offset = extent.offset() - at + piece.offset();
      add(extents, new Extent(offset, extent.length(), extent.state()));
    }
  }

  private static void add(List<Extent> extents, Extent next) {
    if (!extents.isEmpty() && extents.getLast().state() == next.state()) {
      Extent last = extents.removeLast();
      extents.add(new Extent(last.offset(), last.length() + next.length(), last.state()));
    } else {
      extents.add(next);
    }
  }

  @Override
  public void read(long offset, byte[] target, int from, int length) throws IOException {
    check(offset, length);
    long end = offset + length;
    for (long at = offset; at < end; ) {
      Piece piece = next(at, end);
      int to = from + (int) (at - offset);
      switch (piece.kind()) {
        case COMPRESSED -> readCompressed(piece, target, to);
        case ZERO -> Arrays.fill(target, to, to + (int) piece.length(), (byte) 0);
        case DATA -> clusters().read(piece.host(), target, to, (int) piece.length());
        case BACKING -> readBacking(piece, target, to);
      }
      at = piece.end();
    }
  }

  private void readBacking(Piece piece, byte[] target, int to) throws IOException {
    long known = backing.map(BlockReader::size).orElse(0L);
    int shown = (int) Math.clamp(known - piece.offset(), 0, piece.length());
    if (shown > 0) {
      backing.orElseThrow().read(piece.offset(), target, to, shown);
    }
    Arrays.fill(target, to + shown, to + (int) piece.length(), (byte) 0);
  }

  private void readCompressed(Piece piece, byte[] target, int to) throws IOException {
    byte[] stored = new byte[piece.stored()];
    file.read(piece.host(), stored, 0, stored.length);
    byte[] cluster = new byte[header.clusterBytes()];
    Expander expander = idle.poll();
    if (expander == null) {
      expander = new Expander(header.compression());
    }
    try {
      expander.expand(stored, stored.length, cluster);
    } catch (DataFormatException e) {
      String where = Long.toString(piece.host());
      throw failed(
          piece.offset(),
          piece.length(),
          subject
              .at(where)
              .corrupt("compressed cluster", String.valueOf(e.getMessage()), "a whole cluster"));
    } finally {
      idle.add(expander);
    }
    int skip = (int) (piece.offset() & (header.clusterBytes() - 1));
    System.arraycopy(cluster, skip, target, to, (int) piece.length());
  }

  private Piece next(long at, long end) throws IOException {
    try {
      return map.next(at, end);
    } catch (CorruptData e) {
      throw failed(at, end - at, e);
    }
  }

  private IOException failed(long offset, long length, CorruptData why) {
    String where = "bytes " + offset + "+" + length + " of " + subject.id();
    return new IOException("cannot read " + where + ": " + why.getMessage(), why);
  }

  private BlockReader clusters() {
    return data.orElse(file);
  }

  private void check(long offset, long length) {
    if (offset < 0 || length < 0 || offset > size() - length) {
      throw new IllegalArgumentException(
          "bytes " + offset + "+" + length + " are not within a disk of " + size());
    }
  }

  @Override
  public void close() throws IOException {
    idle.forEach(Expander::close);
    idle.clear();
    List<BlockReader> all = new ArrayList<>(List.of(file));
    data.ifPresent(all::add);
    backing.ifPresent(all::add);
    closeAll(all);
  }

  private static void closeAll(List<BlockReader> readers) throws IOException {
    IOException first = null;
    for (BlockReader reader : readers) {
      try {
        reader.close();
      } catch (IOException e) {
        first = first == null ? e : first;
      }
    }
    if (first != null) {
      throw first;
    }
  }
}
