package cairn.storage;

import static org.assertj.core.api.Assertions.assertThat;

import cairn.storage.ProbeResult.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;

/// What the tests of the probe have in common.
abstract class ProbeCase {
  static final DirectoryOps.Owner NOBODY = new DirectoryOps.Owner(65534, 65534);
  static final Probe.Options OPTIONS = new Probe.Options(1 << 16, 100, Set.of());

  @TempDir Path folder;

  DirectoryStorage store(DirectoryOps ops) throws IOException {
    Path root = folder.resolve("store");
    if (!Files.exists(root)) {
      DirectoryStorage.create(root, new SecureRandom());
    }
    return new DirectoryStorage(root, new SecureRandom(), Set.of(), ops);
  }

  static List<ProbeResult> probe(DirectoryStorage storage, Probe.Options options)
      throws IOException {
    return new Probe(new SecureRandom(), Thread::sleep, options).run(storage);
  }

  static List<ProbeResult> probe(Path root) throws IOException {
    return probe(DirectoryStorage.open(root, new SecureRandom()), OPTIONS);
  }

  static List<Property> with(Outcome outcome, List<ProbeResult> results) {
    return results.stream().filter(r -> r.outcome() == outcome).map(ProbeResult::property).toList();
  }

  static ProbeResult resultOf(Property property, List<ProbeResult> results) {
    return results.stream().filter(r -> r.property() == property).findFirst().orElseThrow();
  }

  static void assertAllPass(List<ProbeResult> results) {
    assertThat(results).allMatch(r -> r.outcome() == Outcome.PASSED);
    assertThat(results).extracting(ProbeResult::property).containsExactly(Property.values());
  }

  /// The property fails, and no other; waived it does no harm.
  void assertOnlyFails(Property property, DirectoryOps ops) throws IOException {
    List<ProbeResult> results = probe(store(ops), OPTIONS);
    assertThat(with(Outcome.FAILED, results)).as(results.toString()).containsExactly(property);
    assertThat(resultOf(property, results).isAcceptable()).isFalse();
    assertNothingLeft();

    results = probe(store(ops), OPTIONS.withWaivers(Set.of(property.word())));
    assertThat(with(Outcome.FAILED, results)).as(results.toString()).isEmpty();
    assertThat(with(Outcome.WAIVED, results)).containsExactly(property);
    assertThat(results).extracting(ProbeResult::property).containsExactly(Property.values());
    assertNothingLeft();
  }

  void assertNothingLeft() throws IOException {
    try (Stream<Path> left = Files.list(folder.resolve("store"))) {
      assertThat(left.map(path -> path.getFileName().toString()))
          .containsExactlyInAnyOrder(".lock", ".tmp");
    }
  }
}
