package cairn.engine.resize;

import cairn.base.block.BlockReader;
import cairn.base.block.BlockSink;
import cairn.base.block.Extent;
import cairn.base.bytes.CorruptData;
import cairn.engine.Cancellation;
import cairn.engine.Pipeline;
import cairn.engine.Progress;
import cairn.engine.resize.ResizePlan.Change;
import cairn.filesystem.layout.Area;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// A partition that had to become smaller before there was room for it: in a temporary file, which
/// takes as much space as is in use. Removed when closed.
final class ShrunkArea implements Closeable {
  private static final int PIECE_BYTES = 1 << 20;

  /// Of what is in use, so much more is wanted in the file system of the temporary file.
  private static final long SPARE_BYTES = 64L << 20;

  private final Path file;
  private final FileChannel channel;
  private final Change change;
  private final Cancellation cancellation;

  private ShrunkArea(Path file, Change change, Cancellation cancellation) throws IOException {
    this.file = file;
    this.channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
    this.change = change;
    this.cancellation = cancellation;
  }

  /// Copies the partition out of the volume and makes it smaller.
  ///
  /// @param folder where the file is made
  static ShrunkArea of(BlockReader volume, Change change, Path folder, Work work)
      throws IOException, CorruptData {
    Path file = Files.createTempFile(folder, "cairn-", ".partition");
    ShrunkArea area = new ShrunkArea(file, change, work.cancellation());
    boolean good = false;
    try {
      area.fill(new Area(volume, change.move().from(), change.move().fromBytes()), work);
      work.progress().begin("shrinking " + change.move().name(), 0);
      try (LoopArea loop = LoopArea.of(file, 0, change.move().fromBytes())) {
        change.resizer().shrink(loop.device(), change.move().toBytes());
      } catch (IOException e) {
        throw new CannotResize(
            String.format(
                Locale.ROOT,
                "%s does not become %d bytes: %s",
                change.move().name(),
                change.move().toBytes(),
                e.getMessage()),
            e);
      }
      good = true;
      return area;
    } finally {
      if (!good) {
        area.close();
      }
    }
  }

  /// What work goes on with.
  record Work(Progress progress, Cancellation cancellation, int threads) {}

  private void fill(BlockReader from, Work work) throws IOException, CorruptData {
    List<Extent> data =
        from.extents(0, from.size()).stream()
            .filter(extent -> extent.state() == Extent.State.DATA)
            .toList();
    long needed = data.stream().mapToLong(Extent::length).sum();
    long free = Files.getFileStore(file).getUsableSpace();
    if (free < needed + SPARE_BYTES) {
      throw new CannotResize(
          String.format(
              Locale.ROOT,
              "making %s smaller takes %d bytes in %s, which has %d; name another folder by TMPDIR",
              change.move().name(),
              needed,
              file.getParent(),
              free));
    }
    work.progress().begin("copying " + change.move().name(), needed);
    channel.write(ByteBuffer.allocate(1), from.size() - 1);
    try (Pipeline<Long> pipeline =
        new Pipeline<>(work.threads(), work.threads() * 4, work.progress()::advance)) {
      for (Extent extent : data) {
        for (long at = extent.offset(); at < extent.end(); at += PIECE_BYTES) {
          cancellation.check();
          long offset = at;
          int length = (int) Math.min(PIECE_BYTES, extent.end() - at);
          pipeline.submit(() -> copy(from, offset, length));
        }
      }
      pipeline.drain();
    }
  }

  private long copy(BlockReader from, long offset, int length) throws IOException {
    byte[] bytes = new byte[length];
    from.read(offset, bytes, 0, length);
    ByteBuffer left = ByteBuffer.wrap(bytes);
    while (left.hasRemaining()) {
      channel.write(left, offset + left.position());
    }
    return length;
  }

  /// Writes it to its place.
  void writeTo(BlockSink target) throws IOException {
    byte[] bytes = new byte[PIECE_BYTES];
    long size = change.move().toBytes();
    for (long at = 0; at < size; at += PIECE_BYTES) {
      cancellation.check();
      int length = (int) Math.min(PIECE_BYTES, size - at);
      read(at, bytes, length);
      long to = change.move().to() + at;
      if (Arrays.mismatch(bytes, 0, length, new byte[length], 0, length) < 0) {
        target.zero(to, length);
      } else {
        target.write(to, bytes, 0, length);
      }
    }
  }

  /// What of it does not lie in the target as it was written: the offset there.
  Optional<Long> mismatch(BlockSink target) throws IOException {
    byte[] expected = new byte[PIECE_BYTES];
    byte[] found = new byte[PIECE_BYTES];
    long size = change.move().toBytes();
    for (long at = 0; at < size; at += PIECE_BYTES) {
      cancellation.check();
      int length = (int) Math.min(PIECE_BYTES, size - at);
      read(at, expected, length);
      target.readBack(change.move().to() + at, found, 0, length);
      int place = Arrays.mismatch(expected, 0, length, found, 0, length);
      if (place >= 0) {
        return Optional.of(change.move().to() + at + place);
      }
    }
    return Optional.empty();
  }

  private void read(long at, byte[] bytes, int length) throws IOException {
    ByteBuffer left = ByteBuffer.wrap(bytes, 0, length);
    while (left.hasRemaining()) {
      if (channel.read(left, at + left.position()) < 0) {
        throw new IOException(file + " became smaller while it was read");
      }
    }
  }

  @Override
  public void close() throws IOException {
    try {
      channel.close();
    } finally {
      Files.deleteIfExists(file);
    }
  }
}
