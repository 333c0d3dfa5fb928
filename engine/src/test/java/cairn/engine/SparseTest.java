package cairn.engine;

import static org.assertj.core.api.Assertions.assertThat;

import cairn.base.block.BlockSink;
import cairn.base.test.Seed;
import cairn.engine.backup.BackupReport;
import cairn.engine.compare.Diff;
import cairn.engine.compare.Range;
import cairn.engine.restore.Restore;
import cairn.engine.restore.RestoreReport;
import cairn.engine.restore.RestoreRequest;
import cairn.repository.View;
import cairn.repository.snapshot.Snapshot;
import cairn.repository.snapshot.VolumeImage;
import cairn.storage.MemoryStorage;
import cairn.volume.SinkOptions;
import cairn.volume.Sinks;
import cairn.volume.Volume;
import cairn.volume.Volumes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A file of 10 TiB that holds a few MiB takes seconds, and no more memory than any other: the
/// tests run in 512 MiB.
final class SparseTest {
  private static final long SIZE = (10L << 40) + 12_345;
  private static final int BLOCK = 1 << 20;
  private static final int PIECE = 300_000;

  @Test
  void tenTebibytesOfHoles(@TempDir Path folder, Seed seed) throws Exception {
    RandomGenerator chance = seed.random();
    Path image = folder.resolve("disk.img");
    NavigableMap<Long, byte[]> pieces = new TreeMap<>();
    pieces.put(0L, Bytes.random(chance, PIECE));
    pieces.put(SIZE - PIECE, Bytes.random(chance, PIECE));
    for (int i = 0; i < 10; i++) {
      pieces.put(chance.nextLong(1 << 20, SIZE - PIECE), Bytes.random(chance, PIECE));
    }
    write(image, pieces);
    Lab lab = Lab.create(new MemoryStorage(), BLOCK, false, chance);
    BackupReport first = backup(lab, image);
    assertThat(first.bytesAdded()).isBetween(12L * PIECE, 16L * PIECE);
    long place = pieces.higherKey(0L);
    byte[] change = Bytes.random(chance, 10);
    write(image, new TreeMap<>(Map.of(place, change)));
    System.arraycopy(change, 0, pieces.get(place), 0, change.length);
    BackupReport second = backup(lab, image);
    assertThat(second.bytesAdded()).isLessThan(200_000);

    lab.assertClean();
    try (View view = lab.repository.openView()) {
      assertThat(
              new Diff(view).run(first.snapshot(), second.snapshot()).volumes().getFirst().ranges())
          .containsExactly(new Range(place / BLOCK * BLOCK, BLOCK));
    }
    Path target = folder.resolve("target.img");
    restore(lab, second.snapshot(), target);
    assertHolds(target, pieces);
  }

  private static BackupReport backup(Lab lab, Path image) throws Exception {
    try (Volume volume = Volumes.open(image.toString())) {
      return lab.backup(volume, Lab.NEWEST);
    }
  }

  private static void restore(Lab lab, Snapshot snapshot, Path target) throws Exception {
    VolumeImage image = snapshot.details().volumes().getFirst();
    try (View view = lab.repository.openView();
        BlockSink sink = Sinks.open(target.toString(), image.size(), SinkOptions.DEFAULT)) {
      RestoreRequest request = new RestoreRequest(snapshot, image, sink, false);
      RestoreReport report =
          new Restore(view, lab.surroundings, Progress.NONE, new Cancellation()).run(request);
      assertThat(report.problems()).isEmpty();
      assertThat(report.bytesTotal()).isEqualTo(SIZE);
    }
  }

  private static void write(Path image, NavigableMap<Long, byte[]> pieces) throws IOException {
    try (FileChannel file =
        FileChannel.open(image, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      for (var piece : pieces.entrySet()) {
        file.write(ByteBuffer.wrap(piece.getValue()), piece.getKey());
      }
    }
  }

  private static void assertHolds(Path target, NavigableMap<Long, byte[]> pieces)
      throws IOException {
    assertThat(Files.size(target)).isEqualTo(SIZE);
    try (FileChannel file = FileChannel.open(target, StandardOpenOption.READ)) {
      for (var piece : pieces.entrySet()) {
        ByteBuffer around = ByteBuffer.allocate(PIECE + 100);
        long from = Math.clamp(piece.getKey() - 50, 0, SIZE - around.capacity());
        while (around.hasRemaining()) {
          assertThat(file.read(around, from + around.position())).isPositive();
        }
        byte[] expect = new byte[around.capacity()];
        pieces.forEach((at, bytes) -> {
          if (at + PIECE > from && at < from + expect.length) {
            int skip = (int) Math.max(0, from - at);
            int to = (int) Math.max(0, at - from);
            int length = Math.min(PIECE - skip, expect.length - to);
            System.arraycopy(bytes, skip, expect, to, length);
          }
        });
        Bytes.assertSame(around.array(), expect);
      }
    }
  }
}
