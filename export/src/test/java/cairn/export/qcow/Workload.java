package cairn.export.qcow;

import cairn.base.block.BlockSink;
import cairn.base.test.Seed;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.random.RandomGenerator;

/// What is written to a sink: pieces in any order, of noise, of what compresses, of zeros; and some
/// that are left out.
final class Workload {
  private final List<Piece> pieces = new ArrayList<>();
  private final byte[] expected;

  private record Piece(int offset, int length, boolean zero) {}

  /// @param shown what there is where nothing is written, and how long the disk is
  /// @param unit pieces begin at multiples of it
  Workload(byte[] shown, int unit, Seed seed) {
    this.expected = shown.clone();
    RandomGenerator random = seed.random();
    int offset = 0;
    while (offset < expected.length) {
      int units =
          1 + random.nextInt(Math.max(1, (random.nextInt(4) == 0 ? 900_000 : 90_000) / unit));
      int length = (int) Math.min(expected.length - offset, (long) units * unit);
      fill(offset, length, random);
      offset += length;
    }
    Collections.shuffle(pieces, Random.from(random));
  }

  private void fill(int offset, int length, RandomGenerator random) {
    switch (random.nextInt(5)) {
      case 0 -> {
        Arrays.fill(expected, offset, offset + length, (byte) 0);
        pieces.add(new Piece(offset, length, true));
      }
      case 1 -> {} // left out
      case 2 -> {
        Arrays.fill(expected, offset, offset + length, (byte) random.nextInt(3));
        pieces.add(new Piece(offset, length, false));
      }
      default -> {
        byte[] noise = new byte[length];
        random.nextBytes(noise);
        Arrays.fill(noise, 0, random.nextInt(length + 1), (byte) 1);
        System.arraycopy(noise, 0, expected, offset, length);
        pieces.add(new Piece(offset, length, false));
      }
    }
  }

  byte[] expected() {
    return expected;
  }

  /// From several threads.
  void writeTo(BlockSink sink) throws IOException, InterruptedException, ExecutionException {
    List<Callable<Void>> writes = new ArrayList<>();
    for (Piece piece : pieces) {
      writes.add(() -> {
        write(piece, sink);
        return null;
      });
    }
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      for (Future<Void> each : threads.invokeAll(writes)) {
        each.get();
      }
    }
  }

  /// One after the other.
  void writeInOrderTo(BlockSink sink) throws IOException {
    for (Piece piece : pieces) {
      write(piece, sink);
    }
  }

  private void write(Piece piece, BlockSink sink) throws IOException {
    if (piece.zero) {
      sink.zero(piece.offset, piece.length);
    } else {
      sink.write(piece.offset, expected, piece.offset, piece.length);
    }
  }
}
