package cairn.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cairn.base.block.Extent;
import cairn.base.test.Seed;
import cairn.linux.test.Command;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Against QEMU's own tools: what they make, and what they read in it.
final class QcowVolumeTest {
  private static final int SIZE = 5 * 1024 * 1024 + 512;

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "compat=0.10",
        "compat=0.10,cluster_size=512",
        "compat=1.1",
        "cluster_size=512",
        "cluster_size=1k",
        "cluster_size=2k",
        "cluster_size=4k",
        "cluster_size=8k",
        "cluster_size=16k",
        "cluster_size=32k",
        "cluster_size=128k",
        "cluster_size=256k",
        "cluster_size=512k",
        "cluster_size=1M",
        "cluster_size=2M",
        "refcount_bits=1",
        "refcount_bits=2",
        "refcount_bits=4",
        "refcount_bits=8",
        "refcount_bits=32",
        "refcount_bits=64",
        "lazy_refcounts=on",
        "extended_l2=on",
        "extended_l2=on,cluster_size=16k",
        "extended_l2=on,cluster_size=2M",
        "preallocation=metadata",
        "preallocation=falloc",
        "preallocation=full",
        "preallocation=metadata,extended_l2=on",
        "data_file=DATA",
        "data_file=DATA,data_file_raw=on",
        "data_file=DATA,preallocation=metadata,cluster_size=4k",
      })
  void readsWhatQemuReads(String options, Seed seed) throws IOException {
    String data = folder.resolve("data").toString();
    Path image = folder.resolve("disk.qcow2");
    run("create -q -f qcow2 -o", options.replace("DATA", data), image, SIZE);
    scribble(image, seed, 25);
    assertReads(image, seed);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "compression_type=zlib",
        "compression_type=zstd",
        "compression_type=zlib,compat=0.10",
        "compression_type=zlib,cluster_size=512",
        "compression_type=zstd,cluster_size=512",
        "compression_type=zlib,cluster_size=2M",
        "compression_type=zstd,cluster_size=2M",
        "compression_type=zstd,extended_l2=on",
      })
  void readsCompressedClusters(String options, Seed seed) throws IOException {
    Path raw = Files.write(folder.resolve("disk.raw"), compressible(seed));
    Path image = folder.resolve("disk.qcow2");
    run("convert -c -f raw -O qcow2 -o", options.replace("compat=0.10", "compat=v2"), raw, image);
    assertReads(image, seed);
    scribble(image, seed, 10);
    assertReads(image, seed);
  }

  @Test
  void readsThroughBackingFilesOfOtherSizesAndFormats(Seed seed) throws IOException {
    Path images = Files.createDirectory(folder.resolve("images"));
    Files.write(folder.resolve("base.raw"), Arrays.copyOf(seed.bytes(SIZE), 3 << 20));
    Path middle = images.resolve("middle.qcow2");
    run("create -q -f qcow2 -F raw -b", "../base.raw", middle, "4M");
    scribble(middle, seed, 5);
    Path top = folder.resolve("top.qcow2");
    run("create -q -f qcow2 -F qcow2 -b", "images/middle.qcow2", "-o", "extended_l2=on", top, SIZE);
    scribble(top, seed.split(1), 8);
    assertReads(top, seed);
    Path shorter = folder.resolve("shorter.qcow2");
    run("create -q -f qcow2 -F qcow2 -b", "top.qcow2", "-o", "cluster_size=512", shorter, "1M");
    scribble(shorter, seed.split(2), 3);
    assertReads(shorter, seed);
    run("create -q -f qcow2 -F qcow2 -b", "file:" + top, shorter, "8M");
    assertReads(shorter, seed);
  }

  @Test
  void readsWhatIsThereBesideSnapshotsAndBitmaps(Seed seed) throws IOException {
    Path image = folder.resolve("disk.qcow2");
    run("create -q -f qcow2", image, SIZE);
    scribble(image, seed, 10);
    run("snapshot -c", "before", image);
    run("bitmap --add", image, "changes");
    scribble(image, seed.split(1), 10);
    assertReads(image, seed);
  }

  @Test
  void readsAnEmptyDiskAndTheOddEndOfOne(Seed seed) throws IOException {
    Path image = folder.resolve("disk.qcow2");
    run("create -q -f qcow2", image, 0);
    assertReads(image, seed);
    run("create -q -f qcow2", image, 1 << 20);
    scribble(image, seed, 5);
    put(image, 24, new byte[] {0, 0, 0, 0, 0, 0x0F, 0x12, 0x35});
    try (Volume volume = Volumes.open(image.toString())) {
      assertThat(volume.size()).isEqualTo(0x0F1235);
      byte[] last = new byte[1];
      volume.read(0x0F1234, last, 0, 1);
    }
  }

  @Test
  void holesAreKnownSoThatTheyAreNotRead(Seed seed) throws IOException {
    Path image = folder.resolve("disk.qcow2");
    for (String options : List.of("preallocation=off", "preallocation=metadata")) {
      run("create -q -f qcow2 -o", options, image, 64 << 20);
      io(image, "write -P 7 1M 64k", "write -z 2M 1M");
      try (Volume volume = Volumes.open(image.toString())) {
        assertThat(volume.extents(0, 64 << 20))
            .as(options)
            .containsExactly(
                new Extent(0, 1 << 20, Extent.State.HOLE),
                new Extent(1 << 20, 64 << 10, Extent.State.DATA),
                new Extent(0x110000, 0x3EF0000, Extent.State.HOLE));
      }
    }
  }

  @Test
  void theSourceIsTheDiskUnlessTheFileIsAskedFor(Seed seed) throws IOException {
    Path image = folder.resolve("disk.qcow2");
    run("create -q -f qcow2", image, SIZE);
    try (Volume disk = Volumes.open(image.toString());
        Volume file = Volumes.open(image.toString(), "back up", ImageFormat.RAW)) {
      assertThat(disk.size()).isEqualTo(SIZE);
      assertThat(disk.identity().kind()).isEqualTo(VolumeIdentity.Kind.QCOW2);
      assertThat(disk.identity().location()).isEqualTo(image.toString());
      assertThat(file.size()).isEqualTo(Files.size(image));
      assertThat(file.identity().kind()).isEqualTo(VolumeIdentity.Kind.FILE);
    }
    Path raw = Files.write(folder.resolve("disk.raw"), new byte[1000]);
    assertThatThrownBy(() -> Volumes.open(raw.toString(), "x", ImageFormat.QCOW2).close())
        .hasMessageContaining("magic, have 00000000 expect 514649fb");
  }

  @Test
  void noticesWritesToAnyFileOfTheImage(Seed seed) throws IOException {
    Path base = Files.write(folder.resolve("base.raw"), seed.bytes(SIZE));
    Path image = folder.resolve("disk.qcow2");
    run("create -q -f qcow2 -F raw -b", base, image);
    try (Volume volume = Volumes.open(image.toString())) {
      assertThat(volume.wasWritten()).isFalse();
      volume.checkUnchanged();
      Files.setLastModifiedTime(base, java.nio.file.attribute.FileTime.fromMillis(0));
      assertThat(volume.wasWritten()).isTrue();
      Files.write(base, new byte[3]);
      assertThatThrownBy(volume::checkUnchanged).hasMessageContaining("has 3 now");
    }
  }

  @Test
  void anImageThatAMachineRunsOnIsRefused() throws Exception {
    Path base = folder.resolve("base.qcow2");
    Path image = folder.resolve("disk.qcow2");
    run("create -q -f qcow2", base, SIZE);
    run("create -q -f qcow2 -F qcow2 -b", base, image);
    Process machine = new ProcessBuilder("qemu-io", base.toString()).start();
    try {
      machine
          .getOutputStream()
          .write("read 0 512\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
      machine.getOutputStream().flush();
      machine.getInputStream().read();
      for (Path each : List.of(base, image)) {
        assertThatThrownBy(() -> Volumes.open(each.toString()).close())
            .isInstanceOf(IOException.class)
            .hasMessageContainingAll(base.toString(), "in use by a running virtual machine");
      }
    } finally {
      machine.destroyForcibly();
      assertThat(machine.waitFor(10, TimeUnit.SECONDS)).isTrue();
    }
    Volumes.open(image.toString()).close();
  }

  @Test
  void whatIsNotUnderstoodIsRefusedInASentence() throws IOException {
    Path image = folder.resolve("disk.qcow2");
    run("create -q -f qcow2", image, SIZE);
    put(image, 32, new byte[] {0, 0, 0, 2});
    assertRefused(image, image + " is encrypted (LUKS): decrypt it with qemu-img, or use");
    put(image, 32, new byte[] {0, 0, 0, 1});
    assertRefused(image, "is encrypted (AES)");
    put(image, 32, new byte[4]);
    put(image, 72, new byte[] {(byte) 0x80});
    assertRefused(image, "needs what is not understood here (feature bits 8000000000000000)");
    put(image, 72, new byte[] {0});
    put(image, 4, new byte[] {0, 0, 0, 1});
    assertRefused(image, "is of qcow version 1, and only 2 and 3 are understood");
    run("create -q -f qcow2 -u -F vmdk -b", "base.vmdk", image, SIZE);
    assertRefused(image, "refers to " + folder.resolve("base.vmdk") + ": there is no such file");
    Files.createFile(folder.resolve("base.vmdk"));
    assertRefused(image, "is of format vmdk, which is not understood");
    run("create -q -f qcow2 -u -F raw -b", "nbd://host/disk", image, SIZE);
    assertRefused(image, "refers to nbd://host/disk, and only files and devices are followed");
    run("create -q -f qcow2 -u -F raw -b", "json:{\"driver\":\"null-co\"}", image, SIZE);
    assertRefused(image, "only files and devices are followed");
    run("create -q -f qcow2 -u -F raw -b", folder, image, SIZE);
    assertRefused(image, "which is a directory");
  }

  @Test
  void aLoopOfBackingFilesEnds() throws IOException {
    Path one = folder.resolve("one.qcow2");
    Path other = folder.resolve("other.qcow2");
    run("create -q -f qcow2 -u -F qcow2 -b", other, one, SIZE);
    Files.createSymbolicLink(other, one);
    assertRefused(one, "lead back to it");
    Files.delete(other);
    run("create -q -f qcow2 -u -F qcow2 -b", one, other, SIZE);
    assertRefused(one, "lead back to it");
  }

  /// A guest can make its raw disk look like an image, and must not get at files of the host so.
  @Test
  void aDiskThatOnlyLooksLikeAnImageReachesNoOtherFile() throws IOException {
    Path secret = Files.writeString(folder.resolve("secret"), "of the host");
    Path disk = folder.resolve("guest.img");
    run("create -q -f qcow2 -u -F raw -b", secret, disk, SIZE);
    assertRefused(
        disk,
        disk
            + " looks like a qcow2 image that refers to "
            + secret
            + ": say --format qcow2 if that is so, or --format raw");
    Volumes.open(disk.toString(), "back up", ImageFormat.QCOW2).close();
    // Where an image does not say what its backing file is, that one is in the same position.
    Path image = folder.resolve("image.qcow2");
    run("create -q -f qcow2 -u -F qcow2 -b", disk, image, SIZE);
    put(image, 112, new byte[4]);
    assertRefused(image, disk + " looks like a qcow2 image that refers to " + secret);
    run("create -q -f qcow2 -u -F raw -b", disk, image, SIZE);
    Volumes.open(image.toString()).close();
  }

  @Test
  void imagesThatAreMarkedAreReadAsQemuReadsThem(Seed seed) throws IOException {
    Path image = folder.resolve("disk.qcow2");
    run("create -q -f qcow2", image, SIZE);
    scribble(image, seed, 5);
    put(image, 79, new byte[] {3});
    assertReads(image, seed);
    try (Volume volume = Volumes.open(image.toString())) {
      assertThat(volume.warnings())
          .containsExactly(
              image + " is marked as damaged by whoever wrote to it last; see 'qemu-img check'");
    }
  }

  private void assertReads(Path image, Seed seed) throws IOException {
    Path raw = folder.resolve("expected.raw");
    run("convert -O raw", image, raw);
    byte[] expected = Files.readAllBytes(raw);
    RandomGenerator random = seed.random();
    try (Volume volume = Volumes.open(image.toString())) {
      assertThat(volume.size()).isEqualTo(expected.length);
      byte[] all = new byte[expected.length];
      volume.read(0, all, 0, all.length);
      assertThat(Arrays.mismatch(all, expected)).isEqualTo(-1);
      for (int i = 0; i < 50 && all.length > 0; i++) {
        int offset = random.nextInt(all.length);
        int length = random.nextInt(Math.min(100_000, all.length - offset) + 1);
        byte[] some = new byte[length + 2];
        volume.read(offset, some, 1, length);
        assertThat(Arrays.equals(some, 1, length + 1, expected, offset, offset + length)).isTrue();
        assertThat(some[0] + some[length + 1]).isZero();
        assertHolesAreZeros(volume.extents(offset, length), expected, offset, length);
      }
      assertHolesAreZeros(volume.extents(0, all.length), expected, 0, all.length);
      assertThatThrownBy(() -> volume.read(1, all, 0, all.length))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  private static void assertHolesAreZeros(
      List<Extent> extents, byte[] expected, long offset, int length) {
    long at = offset;
    for (Extent extent : extents) {
      assertThat(extent.offset()).isEqualTo(at);
      at = extent.end();
      if (extent.state() == Extent.State.HOLE) {
        byte[] zeros = new byte[(int) extent.length()];
        int from = (int) extent.offset();
        assertThat(Arrays.equals(zeros, 0, zeros.length, expected, from, from + zeros.length))
            .isTrue();
      }
    }
    assertThat(at).isEqualTo(offset + length);
  }

  /// Writes, zeros and discards at random.
  private static void scribble(Path image, Seed seed, int count) throws IOException {
    RandomGenerator random = seed.random();
    List<String> commands = new ArrayList<>();
    long size = Long.parseLong(sizeOf(image));
    for (int i = 0; i < count; i++) {
      long length = 512L * (1 + random.nextInt(random.nextInt(5) == 0 ? 1000 : 60));
      long offset = 512L * random.nextLong((size - Math.min(length, size)) / 512 + 1);
      String verb =
          List.of("write -P " + (1 + i), "write -P " + (1 + i), "write -z", "discard")
              .get(random.nextInt(4));
      commands.add(verb + " " + offset + " " + Math.min(length, size));
    }
    io(image, commands.toArray(String[]::new));
  }

  private static String sizeOf(Path image) throws IOException {
    String info = Command.run("qemu-img", "info", "--output=json", image.toString());
    return info.replaceAll("(?s).*?\"virtual-size\": (\\d+).*", "$1");
  }

  private static byte[] compressible(Seed seed) {
    byte[] bytes = seed.bytes(SIZE);
    for (int at = 0; at < SIZE; at += 8192) {
      int kind = at / 65536 % 4;
      Arrays.fill(bytes, at + kind * 2000, Math.min(SIZE, at + 8192), (byte) kind);
    }
    return bytes;
  }

  private static void io(Path image, String... commands) throws IOException {
    List<String> command = new ArrayList<>(List.of("qemu-io", "-d", "unmap"));
    for (String each : commands) {
      command.add("-c");
      command.add(each);
    }
    command.add(image.toString());
    String said = Command.run(command.toArray(String[]::new));
    assertThat(said).doesNotContain("failed", "error");
  }

  private static void run(String start, Object... rest) throws IOException {
    List<String> command = new ArrayList<>(List.of("qemu-img"));
    command.addAll(List.of(start.split(" ", -1)));
    for (Object each : rest) {
      command.add(each.toString());
    }
    Command.run(command.toArray(String[]::new));
  }

  private static void put(Path file, long offset, byte[] bytes) throws IOException {
    try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
      out.seek(offset);
      out.write(bytes);
    }
  }

  private static void assertRefused(Path image, String sentence) {
    assertThatThrownBy(() -> Volumes.open(image.toString()).close())
        .isInstanceOf(IOException.class)
        .hasMessageContaining(sentence);
  }
}
