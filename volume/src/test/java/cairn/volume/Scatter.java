package cairn.volume;

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

/// Fills a sink as a restore does: pieces of any size, in any order, from several threads.
final class Scatter {
  private Scatter() {}

  /// @param expected receives what the sink must hold afterwards; its length is the sink's
  static void write(BlockSink sink, byte[] expected, Seed seed)
      throws IOException, InterruptedException, ExecutionException {
    RandomGenerator random = seed.random();
    List<Callable<Void>> pieces = new ArrayList<>();
    int offset = 0;
    while (offset < expected.length) {
      int bound = random.nextInt(4) == 0 ? 700_000 : 9_000;
      int length = Math.min(expected.length - offset, 1 + random.nextInt(bound));
      pieces.add(piece(sink, expected, offset, length, random.nextInt(3) == 0 ? null : seed));
      offset += length;
    }
    Collections.shuffle(pieces, Random.from(random));
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      for (Future<Void> future : threads.invokeAll(pieces)) {
        future.get();
      }
    }
  }

  private static Callable<Void> piece(
      BlockSink sink,
      byte[] expected,
      int offset,
      int length,
      @org.jspecify.annotations.Nullable Seed seed) {
    if (seed == null) {
      Arrays.fill(expected, offset, offset + length, (byte) 0);
      return () -> {
        sink.zero(offset, length);
        return null;
      };
    }
    byte[] data = seed.split(offset).bytes(length);
    System.arraycopy(data, 0, expected, offset, length);
    return () -> {
      sink.write(offset, data, 0, length);
      return null;
    };
  }
}
