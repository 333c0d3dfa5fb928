package cairn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import cairn.base.bytes.ChunkId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// The walls between the rooms, checked on what the compiler made of the sources.
class ArrowsTest {
  private static final List<String> MODULES =
      List.of(
          "base",
          "storage",
          "repository",
          "linux",
          "volume",
          "filesystem",
          "export",
          "engine",
          "cli");

  private static final Set<String> RENAMES =
      Set.of(
          "java.nio.file.Files.move",
          "java.nio.file.Files.createLink",
          "java.nio.file.Files.createSymbolicLink",
          "java.io.File.renameTo");

  /// The part of [cairn.storage.DirectoryStorage] that a test can make fail.
  private static final String RENAMER = "cairn.storage.DirectoryOps";

  @Test
  void everyRoomUsesOnlyRoomsBelowIt() throws IOException {
    assertThat(objections(Arrows.CAIRN, classes())).isEmpty();
  }

  @Test
  void noTwoRoomsMayUseEachOther() {
    assertThat(Arrows.CAIRN.circles()).isEmpty();
  }

  @Test
  void onlyTheDirectoryStorageRenames() throws IOException {
    assertThat(renamesOutside(RENAMER, classes())).isEmpty();
  }

  @Test
  void aForbiddenArrowIsFoundAndExplained() throws IOException {
    List<CompiledClass> classes = List.of(compiled(Offender.class));
    Arrows arrows = Arrows.parse("cli -> storage\nstorage ->\nbase ->");
    assertThat(objections(arrows, classes))
        .singleElement()
        .asString()
        .contains("cli must not use base.bytes")
        .contains("Arrows lets it use storage")
        .contains(Offender.class.getName());
  }

  @Test
  void aRoomWithoutALineIsFound() throws IOException {
    assertThat(objections(Arrows.parse(""), List.of(compiled(Offender.class))))
        .singleElement()
        .asString()
        .contains("cli has no line in Arrows");
  }

  @Test
  void aCircleIsFound() {
    assertThat(Arrows.parse("a -> b.*\nb.c -> d\nd -> a\ne -> a e.*").circles())
        .containsExactly("a", "b.c", "d");
  }

  @Test
  void aRenameElsewhereIsFound() throws IOException {
    List<CompiledClass> classes = List.of(compiled(Offender.class));
    assertThat(renamesOutside(RENAMER, classes))
        .singleElement()
        .asString()
        .contains(Offender.class.getName());
    assertThat(renamesOutside(ArrowsTest.class.getName(), classes)).isEmpty();
  }

  /// Does what the tests above do not allow.
  record Offender(ChunkId id) {
    void rename(Path from) throws IOException {
      Files.move(from, from.resolveSibling(id.toString()));
    }
  }

  private static List<String> objections(Arrows arrows, List<CompiledClass> classes) {
    Set<String> objections = new TreeSet<>();
    for (CompiledClass each : classes) {
      for (String used : each.packages()) {
        arrows
            .objection(each.room(), used)
            .ifPresent(why -> objections.add(why + " (" + each.name() + ")"));
      }
    }
    return List.copyOf(objections);
  }

  private static List<String> renamesOutside(String allowed, List<CompiledClass> classes) {
    return classes.stream()
        .filter(each -> !each.outermost().equals(allowed))
        .filter(each -> each.calls().stream().anyMatch(RENAMES::contains))
        .map(each ->
            each.name()
                + " renames or links files: only "
                + allowed
                + " may, so that"
                + " objects come to be in one place (truth 3)")
        .toList();
  }

  private static List<CompiledClass> classes() throws IOException {
    List<CompiledClass> classes = new ArrayList<>();
    for (String module : MODULES) {
      Path folder = root().resolve(module).resolve("target/classes/cairn");
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.filter(each -> each.toString().endsWith(".class")).toList()) {
          classes.add(CompiledClass.read(file));
        }
      }
    }
    return classes;
  }

  private static CompiledClass compiled(Class<?> type) throws IOException {
    String file = type.getName().replace('.', '/') + ".class";
    return CompiledClass.read(root().resolve("cli/target/test-classes").resolve(file));
  }

  /// The folder of the whole project; surefire runs a module's tests in the module's folder.
  private static Path root() {
    return Path.of("..");
  }
}
