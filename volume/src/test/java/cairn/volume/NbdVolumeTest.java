package cairn.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cairn.base.block.Extent;
import cairn.base.test.Seed;
import cairn.base.test.UnixServer;
import cairn.linux.test.Command;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Servers that others wrote.
class NbdVolumeTest {
  private static final int MIB = 1 << 20;

  @TempDir Path folder;

  private static String uri(UnixServer server, String export) {
    return "nbd+unix:///" + export + "?socket=" + server.socket();
  }

  private UnixServer start(String... command) throws Exception {
    Path socket = folder.resolve("socket");
    List<String> words = new ArrayList<>(List.of(command));
    words.replaceAll(word -> word.equals("SOCKET") ? socket.toString() : word);
    return UnixServer.start(socket, words);
  }

  /// 8 MiB, of which the second and the last are data.
  private Path image(Seed seed) throws IOException {
    Path image = folder.resolve("image");
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength(8 * MIB);
      file.seek(MIB);
      file.write(seed.bytes(MIB));
      file.seek(7 * MIB);
      file.write(seed.split(1).bytes(MIB));
    }
    return image;
  }

  private static void assertReads(Volume volume, byte[] expected, Seed seed) throws Exception {
    assertThat(volume.size()).isEqualTo(expected.length);
    try (ExecutorService readers = Executors.newFixedThreadPool(4)) {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        RandomGenerator random = seed.split(i).random();
        all.add(
            readers.submit(() -> {
              readAtRandom(volume, expected, random);
              return null;
            }));
      }
      for (Future<?> each : all) {
        each.get();
      }
    }
  }

  private static void readAtRandom(Volume volume, byte[] expected, RandomGenerator random)
      throws IOException {
    for (int i = 0; i < 50; i++) {
      byte[] piece = new byte[1 + random.nextInt(2 * MIB)];
      int at = random.nextInt(expected.length - piece.length);
      volume.read(at, piece, 0, piece.length);
      assertThat(Arrays.equals(piece, Arrays.copyOfRange(expected, at, at + piece.length)))
          .isTrue();
    }
  }

  @Test
  void anImageOfQemuIsReadWithItsHoles(Seed seed) throws Exception {
    Path image = image(seed);
    byte[] expected = Files.readAllBytes(image);
    Path qcow = folder.resolve("image.qcow2");
    Command.run("qemu-img", "convert", "-O", "qcow2", image.toString(), qcow.toString());
    Command.run("qemu-img", "bitmap", "--add", qcow.toString(), "since");
    Command.run("qemu-io", "-f", "qcow2", "-c", "write -P 5 3M 64k", qcow.toString());
    Arrays.fill(expected, 3 * MIB, 3 * MIB + (64 << 10), (byte) 5);
    String[] serve = {"qemu-nbd", "-r", "-t", "-e", "4", "-k", "SOCKET", "-f", "qcow2"};
    List<String> command = new ArrayList<>(List.of(serve));
    command.addAll(List.of("-x", "vm/disk", "-B", "since", qcow.toString()));
    try (UnixServer server = start(command.toArray(String[]::new))) {
      try (NbdVolume volume = NbdVolume.open(uri(server, "vm/disk"), "since")) {
        assertThat(volume.identity().name()).isEqualTo("disk");
        assertReads(volume, expected, seed);
        assertThat(volume.extents(MIB / 2, MIB))
            .containsExactly(
                new Extent(MIB / 2, MIB / 2, Extent.State.HOLE),
                new Extent(MIB, MIB / 2, Extent.State.DATA));
        assertThat(volume.hasBitmap("since")).isTrue();
        List<Extent> dirty = new ArrayList<>();
        volume.dirty("since", dirty::add);
        assertThat(dirty).containsExactly(new Extent(3 * MIB, 64 << 10, Extent.State.DATA));
      }
      try (NbdVolume volume = NbdVolume.open(uri(server, "vm/disk"), "another")) {
        assertThat(volume.hasBitmap("another")).isFalse();
      }
      assertThatThrownBy(() -> Volumes.open(uri(server, "none")))
          .hasMessageContaining("cannot use nbd+unix:///none", "has no export 'none'");
    }
  }

  @Test
  void aServerWithoutChunksWillDo(Seed seed) throws Exception {
    Path image = image(seed);
    try (UnixServer server =
            start("nbdkit", "-f", "-r", "--no-sr", "-U", "SOCKET", "file", image.toString());
        Volume volume = Volumes.open(uri(server, ""))) {
      assertReads(volume, Files.readAllBytes(image), seed);
      assertThat(volume.extents(0, 8 * MIB))
          .containsExactly(new Extent(0, 8 * MIB, Extent.State.DATA));
      assertThat(volume.identity().name()).isEqualTo("nbd");
    }
  }

  @Test
  void errorsNameTheirRangeAndADeadServerIsOne(Seed seed) throws Exception {
    try (UnixServer server =
            start(
                "nbdkit",
                "-f",
                "-U",
                "SOCKET",
                "--filter=error",
                "memory",
                "8M",
                "error-pread=EIO",
                "error-pread-rate=100%");
        Volume volume = Volumes.open(uri(server, ""))) {
      byte[] target = new byte[4096];
      assertThatThrownBy(() -> volume.read(MIB, target, 0, 4096))
          .hasMessageContaining("cannot read bytes 1048576+4096 of nbd+unix:")
          .hasMessageContaining("error 5");
      server.process().destroyForcibly().onExit().join();
      assertThatThrownBy(() -> volume.read(MIB, target, 0, 4096))
          .hasMessageContaining("cannot read bytes 1048576+4096 of nbd+unix:");
    }
  }
}
