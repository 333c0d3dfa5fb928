package cairn.volume;

import static org.assertj.core.api.Assertions.assertThat;

import cairn.base.test.Seed;
import cairn.linux.NativeFile;
import cairn.linux.NativeFile.Option;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LongWritesTest {
  @TempDir private Path folder;

  /// Most follow each other, some do not, and each may be longer than one write.
  @Test
  void everythingPutIsWrittenWhereItBelongsInFewWrites(Seed seed) throws IOException {
    RandomGenerator random = seed.random();
    byte[] content = seed.bytes(20_000_000);
    byte[] expected = new byte[content.length];
    FaultyFile file =
        new FaultyFile(NativeFile.open(folder.resolve("file"), Option.WRITE, Option.CREATE_NEW));
    int puts = 0;
    try (PartialFile partial = PartialFile.of(file, folder.resolve("target"));
        LongWrites writes = new LongWrites(partial)) {
      for (int at = 0; at < content.length; puts++) {
        int length = Math.min(content.length - at, random.nextInt(puts % 50 == 0 ? 5 << 20 : 9000));
        writes.put(at, content, at, length);
        writes.writeFull();
        System.arraycopy(content, at, expected, at, length);
        at += length + (random.nextInt(100) == 0 ? random.nextInt(9000) : 0);
      }
      writes.finish();
      assertThat(Arrays.mismatch(Files.readAllBytes(folder.resolve("file")), expected))
          .isIn(-1, (int) Files.size(folder.resolve("file")));
    }
    long writes = file.calls().stream().filter(FaultyFile.Call.WRITE::equals).count();
    assertThat(writes).isLessThan(puts / 4);
  }
}
