package cairn.filesystem.swap;

import static org.assertj.core.api.Assertions.assertThat;

import cairn.filesystem.Content;
import cairn.filesystem.Contents;
import cairn.filesystem.test.FilledImage;
import cairn.filesystem.test.FilledImage.Told;
import cairn.filesystem.test.MemoryVolume;
import cairn.filesystem.test.Verdict;
import cairn.filesystem.used.Moment;
import cairn.linux.test.Command;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SwapAreaTest {
  private static final int BYTES = 8 << 20;
  private static final String UUID = "01234567-89ab-cdef-0123-456789abcdef";

  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(ints = {4096, 16384, 65536})
  void onlyTheHeaderIsTaken(int page) throws IOException {
    Path path = FilledImage.sparse(directory.resolve("image"), BYTES);
    String size = Integer.toString(page);
    Command.run("mkswap", "-q", "-p", size, "-L", "pages", "-U", UUID, path.toString());
    Told told = FilledImage.told(path, (offset, length) -> Moment.LIVE);
    assertThat(told.bytes()).isEqualTo(page);
    Content content = told.ranges().content();
    assertThat(content).isInstanceOf(Content.Swap.class);
    assertThat(content.uuid()).contains(UUID);
    assertThat(content.label()).contains("pages");
    assertThat(content.size()).isEqualTo(BYTES);
  }

  @ParameterizedTest
  @CsvSource({
    "S1SUSPEND, a machine sleeps in it",
    "S2SUSPEND, a machine sleeps in it",
    "ULSUSPEND, a machine sleeps in it",
    "LINHIB0001, a machine sleeps in it",
    "SWAP-SPACE, it is of an old kind",
    "NOTHINGYET, it has no sign of a known format"
  })
  void aMachineThatSleepsIsTakenWhole(String magic, String reason) throws IOException {
    Path path = FilledImage.sparse(directory.resolve("image"), BYTES);
    Command.run("mkswap", "-q", path.toString());
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.seek(4086);
      file.write(magic.getBytes(StandardCharsets.US_ASCII));
    }
    Told told = FilledImage.told(path, (offset, length) -> Moment.AT_REST);
    assertThat(told.ranges().parts().getFirst().reason()).contains(reason);
    assertThat(told.bytes()).isEqualTo(BYTES);
  }

  @Test
  void aHeaderThatIsTooLargeForTheDeviceTakesEverything() throws IOException {
    Path path = FilledImage.sparse(directory.resolve("image"), BYTES);
    Command.run("mkswap", "-q", path.toString());
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.setLength(BYTES / 2);
    }
    Told told = FilledImage.told(path, (offset, length) -> Moment.AT_REST);
    assertThat(told.ranges().parts().getFirst().reason().orElseThrow())
        .contains("corrupt header swap@0: size");
  }

  @Test
  void badPagesAreChecked() throws IOException {
    Path path = FilledImage.sparse(directory.resolve("image"), BYTES);
    Command.run("mkswap", "-q", path.toString());
    byte[] image = Files.readAllBytes(path);
    assertThat(check(image)).isEqualTo(new Verdict(List.of(), List.of()));
    ByteBuffer header = ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN);
    header.putInt(1032, 2).putInt(1536, 7).putInt(1540, BYTES / 4096 - 1);
    assertThat(check(image)).isEqualTo(new Verdict(List.of(), List.of()));
    header.putInt(1536, 0).putInt(1540, BYTES / 4096);
    assertThat(check(image).problems())
        .containsExactly(
            "corrupt header swap@0: bad page, have 0 expect 1..2047",
            "corrupt header swap@0: bad page, have 2048 expect 1..2047");
    header.putInt(1032, 638);
    assertThat(check(image).problems())
        .containsExactly("corrupt header swap@0: bad pages, have 638 expect 637");
    header.put(4086, "S1SUSPEND\0".getBytes(StandardCharsets.US_ASCII));
    assertThat(check(image).unknown()).containsExactly("a machine sleeps in it");
  }

  private static Verdict check(byte[] image) throws IOException {
    return Verdict.of(Contents.identify(MemoryVolume.of(image)).checkable().orElseThrow());
  }
}
