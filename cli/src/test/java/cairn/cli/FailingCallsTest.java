package cairn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import cairn.linux.test.LoopDevice;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Whole commands, of which each system call that writes, stores or closes fails once, in the
/// kernel as far as they can tell: `strace` puts an error in its place.
class FailingCallsTest {
  private static final int SIZE = 3 << 20;
  private static final String REASON = ": EIO (input/output error)";

  @TempDir private Path folder;
  private Path repository;
  private Path targets;
  private Path image;

  @BeforeEach
  void prepare() throws IOException {
    repository = folder.resolve("repository");
    targets = Files.createDirectory(folder.resolve("targets"));
    image = folder.resolve("disk.img");
    byte[] noise = new byte[700_000];
    RandomGenerator.of("L64X128MixRandom").nextBytes(noise);
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength(SIZE);
      file.seek(10 * 4096);
      file.write(noise);
    }
    Desk desk = Desk.withRepository(repository);
    desk.run("init").expect(0);
    desk.run("backup", image).expect(0);
  }

  /// What a command did that may have been failed.
  private record Ended(int exitCode, String err, boolean failed) {}

  /// @param call which fails the `number`th time
  /// @param only calls on this path count; empty for all
  private Ended run(String call, int number, List<String> only, Object... arguments)
      throws IOException, InterruptedException {
    Path log = folder.resolve("log");
    List<String> command = new ArrayList<>(List.of("strace", "-f", "-o", log.toString()));
    command.addAll(List.of("-e", "trace=" + call, "-e", inject(call, number)));
    only.forEach(path -> command.addAll(List.of("-P", path)));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    command.addAll(List.of("-XX:-UsePerfData", "--enable-native-access=ALL-UNNAMED", "-cp"));
    command.addAll(List.of(System.getProperty("java.class.path"), "cairn.cli.Main"));
    Arrays.stream(arguments).map(Object::toString).forEach(command::add);
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("CAIRN_REPOSITORY", repository.toString());
    Path out = folder.resolve("out");
    Process process = builder.redirectOutput(out.toFile()).start();
    String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Ended(process.waitFor(), err, Files.readString(log).contains("(INJECTED)"));
  }

  private static String inject(String call, int number) {
    return "inject=" + call + ":error=EIO:when=" + number;
  }

  /// One after the other, until there is none that could fail.
  ///
  /// @return what was said of each
  private List<String> said(String call, String verb, Path target) throws Exception {
    List<String> said = new ArrayList<>();
    while (true) {
      Ended ended = run(call, said.size() + 1, List.of(), verb, "latest", target);
      if (!ended.failed()) {
        assertThat(ended.exitCode()).as(ended.err()).isZero();
        Files.delete(target);
        return said;
      }
      said.add(ended.err());
      assertThat(ended.exitCode()).as(ended.err()).isEqualTo(1);
      assertThat(ended.err()).startsWith("cairn: ").contains(REASON).hasLineCount(1);
      if (ended.err().contains("is whole")) {
        Files.delete(target);
      } else {
        assertThat(ended.err()).containsPattern(" is as (it was )?before");
      }
      try (Stream<Path> left = Files.list(targets)) {
        assertThat(left).as(ended.err()).isEmpty();
      }
    }
  }

  private void allAreTold(String verb, Path target, int writes) throws Exception {
    String ofTarget = " bytes \\d+\\+\\d+ of " + target + ": EIO .*\\s*";
    assertThat(said("pwrite64", verb, target))
        .hasSizeGreaterThanOrEqualTo(writes)
        .allSatisfy(said -> assertThat(said).matches("cairn: cannot write" + ofTarget));
    List<String> stored = said("fsync", verb, target);
    assertThat(stored.removeLast()).contains(target + " is whole, but may lose its name");
    assertThat(stored)
        .isNotEmpty()
        .allSatisfy(said -> assertThat(said).matches("cairn: cannot store" + ofTarget));
    assertThat(said("renameat2", verb, target)).hasSize(1);
  }

  @Test
  void aRestoreToAFileTellsEach() throws Exception {
    allAreTold("restore", targets.resolve("copy.img"), 1);
  }

  @Test
  void anExportTellsEach() throws Exception {
    allAreTold("export", targets.resolve("copy.qcow2"), 4);
  }

  @Test
  void aRestoreToADeviceTellsEach() throws Exception {
    Path backing = folder.resolve("backing");
    try (RandomAccessFile file = new RandomAccessFile(backing.toFile(), "rw")) {
      file.setLength(SIZE);
    }
    try (LoopDevice device = LoopDevice.over(backing)) {
      for (String call : new String[] {"pwrite64", "fallocate", "fsync", "close"}) {
        int number = 1;
        Ended ended = onDevice(call, number, device);
        while (ended.failed()) {
          assertThat(ended.exitCode()).as(ended.err()).isEqualTo(1);
          assertThat(ended.err()).contains(device.toString(), REASON).hasLineCount(1);
          number++;
          ended = onDevice(call, number, device);
        }
        assertThat(number).as(call).isGreaterThan(1);
        assertThat(ended.exitCode()).as(ended.err()).isZero();
      }
    }
    assertThat(backing).hasSameBinaryContentAs(image);
  }

  private Ended onDevice(String call, int number, LoopDevice device) throws Exception {
    return run(call, number, List.of(device.toString()), "restore", "latest", device);
  }
}
