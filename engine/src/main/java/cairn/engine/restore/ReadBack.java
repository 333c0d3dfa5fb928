package cairn.engine.restore;

import cairn.base.bytes.ChunkId;
import cairn.base.bytes.CorruptData;
import cairn.engine.Cancellation;
import cairn.engine.Damage;
import cairn.engine.Pipeline;
import cairn.engine.Progress;
import cairn.engine.Surroundings;
import cairn.repository.View;
import cairn.repository.crypto.ChunkDigest;
import cairn.repository.snapshot.VolumeImage;
import cairn.repository.tree.VolumeTree;
import java.io.IOException;
import java.util.Arrays;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.LongFunction;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/// Reads the target itself again and compares with what the snapshot says: a sample, or all of it.
/// A target that took a write and holds something else is the reason to do so.
final class ReadBack {
  private static final int SAMPLE_MIN = 64;

  /// Enough to meet a target of any size that loses one write in a few hundred.
  private static final int SAMPLE_MAX = 2048;

  /// One block in so many.
  private static final int SAMPLE_RATIO = 1000;

  private final View view;
  private final Surroundings surroundings;
  private final Progress progress;
  private final Cancellation cancellation;
  private long verified;

  ReadBack(View view, Surroundings surroundings, Progress progress, Cancellation cancellation) {
    this.view = view;
    this.surroundings = surroundings;
    this.progress = progress;
    this.cancellation = cancellation;
  }

  /// @return the bytes compared
  /// @throws IOException when a block reads back other than it was written
  long run(RestoreRequest request, Damage damage) throws IOException, CorruptData {
    VolumeImage volume = request.volume();
    VolumeTree tree = view.tree(volume);
    LongStream blocks =
        request.verifyAll() ? LongStream.range(0, volume.blockCount()) : sample(volume);
    progress.begin("verifying", request.verifyAll() ? volume.size() : 0);
    LongFunction<Boolean> lost = damage::hits;
    try (Pipeline<Integer> pipeline =
        new Pipeline<>(
            surroundings.threads(),
            surroundings.threads() * 4,
            bytes -> {
              verified += bytes;
              progress.advance(bytes);
            })) {
      for (long block : (Iterable<Long>) blocks.boxed()::iterator) {
        cancellation.check();
        if (!lost.apply(block)) {
          ChunkId expect = tree.chunks(block, 1)[0];
          pipeline.submit(() -> compare(request, block, expect));
        }
      }
      pipeline.drain();
    }
    return verified;
  }

  private LongStream sample(VolumeImage volume) {
    long count = volume.blockCount();
    long wanted = Math.min(count, Math.min(SAMPLE_MAX, SAMPLE_MIN + count / SAMPLE_RATIO));
    SortedSet<Long> blocks = new TreeSet<>();
    for (long i = 0; i < wanted; i++) {
      blocks.add(surroundings.chance().nextLong(count));
    }
    return blocks.stream().mapToLong(Long::longValue);
  }

  private int compare(RestoreRequest request, long block, @Nullable ChunkId expect)
      throws IOException {
    VolumeImage volume = request.volume();
    int length = volume.blockLength(block);
    long offset = block * volume.blockBytes();
    byte[] content = new byte[length];
    request.sink().readBack(offset, content, 0, length);
    ChunkDigest digest = view.repository().protection().newDigest();
    boolean good =
        expect == null
            ? Arrays.equals(content, new byte[length])
            : digest.of(content, 0, length).equals(expect);
    if (!good) {
      throw new IOException(
          "the target cannot be trusted: it reads back other bytes than were written, at offset "
              + offset
              + ", length "
              + length);
    }
    return length;
  }
}
