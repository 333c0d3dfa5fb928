package cairn.volume;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LeftoversTest {
  @TempDir private Path folder;

  private Path target = Path.of("");

  @BeforeEach
  void nameTarget() {
    target = folder.resolve("disk.img");
  }

  @Test
  void whatNobodyMakesAnyMoreIsRemoved() throws IOException {
    Path file = Files.writeString(folder.resolve(".disk.img.cairn-4y-0.partial"), "half");
    Path inFolder = Files.createDirectory(folder.resolve(".disk.img.cairn-4z-12.partial"));
    Files.writeString(inFolder.resolve("disk.img"), "half");
    assertThat(Sinks.removeLeftovers(target.toString())).containsExactlyInAnyOrder(file, inFolder);
    assertThat(names()).isEmpty();
  }

  @Test
  void ofAnExistingTargetItIsFoundThroughALink() throws IOException {
    Path link = Files.createSymbolicLink(folder.resolve("link"), Files.createFile(target));
    Path file = Files.createFile(folder.resolve(".disk.img.cairn-4y-0.partial"));
    assertThat(Sinks.removeLeftovers(link.toString())).containsExactly(file);
  }

  @Test
  void whatIsCalledOtherwiseStays() throws IOException {
    List<String> others =
        List.of(
            ".disk.img.cairn-1-0.partial.cairn-2-0.partial",
            ".disk.img.cairn-old.partial",
            ".disk.imgs.cairn-1-0.partial",
            ".disk-img.cairn-1-0.partial",
            "disk.img.cairn-1-0.partial");
    for (String other : others) {
      Files.createFile(folder.resolve(other));
    }
    Files.createSymbolicLink(
        folder.resolve(".disk.img.cairn-1-0.partial"), Files.createFile(folder.resolve("theirs")));
    assertThat(Sinks.removeLeftovers(target.toString())).isEmpty();
    assertThat(names()).hasSize(others.size() + 2);
  }

  @Test
  void longNamesThatBeginAlikeAreToldApart() throws IOException {
    Path one = folder.resolve("x".repeat(60) + "1");
    Path other = folder.resolve("x".repeat(60) + "2");
    Path left = Files.createFile(folder.resolve(Leftovers.name(one, 0)));
    assertThat(Leftovers.remove(other)).isEmpty();
    assertThat(Leftovers.remove(one)).containsExactly(left);
  }

  @Test
  void whatIsBeingMadeStaysUntilItHasItsName() throws IOException {
    try (FileSink sink = Sinks.image(target.toString(), 10, SinkOptions.DEFAULT)) {
      assertKept();
      sink.finish();
      assertKept();
      sink.publish();
    }
    assertThat(names()).containsExactly("disk.img");
  }

  @Test
  void aFolderInWhichOneIsMadeStays() throws IOException {
    try (PartialFile file = Sinks.file(target.toString(), false).withinFolder()) {
      assertKept();
      file.store();
      assertKept();
      file.publish();
    }
    assertThat(names()).containsExactly("disk.img");
  }

  private void assertKept() throws IOException {
    assertThat(Sinks.removeLeftovers(target.toString())).isEmpty();
    assertThat(names()).hasSize(1);
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }
}
