package cairn.filesystem.btrfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cairn.base.block.BlockReader;
import cairn.base.bytes.CorruptData;
import cairn.base.test.Seed;
import cairn.filesystem.NoSuchPlace;
import cairn.filesystem.Place;
import cairn.filesystem.Places;
import cairn.filesystem.file.FileName;
import cairn.filesystem.file.Unreadable;
import cairn.filesystem.test.ImageFile;
import cairn.filesystem.test.LoopDevices;
import cairn.filesystem.test.Verdict;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A btrfs whose devices are all volumes of one backup.
final class JoinedDevicesTest {
  private static final long BYTES = 160L << 20;
  private static final int FILE_BYTES = 3_000_000;
  private static final int PATTERN = 64;

  @TempDir private Path directory;
  private final List<ImageFile> opened = new ArrayList<>();

  @AfterEach
  void close() throws IOException {
    for (ImageFile each : opened) {
      each.close();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "2 -d raid0 -m raid0",
        "3 -d single -m raid1c3",
        "4 -d raid10 -m raid10",
        "4 -d raid6 -m raid6"
      })
  void areReadAsTheKernelDoesAndFoundToBeRight(String options, Seed seed) throws Exception {
    int count = Integer.parseInt(options.substring(0, 1));
    try (LoopDevices devices = LoopDevices.make(directory, count, BYTES)) {
      devices.run("mkfs.btrfs -q -f" + options.substring(1));
      Path mounted = devices.mount();
      BtrfsWork.fill(mounted, BYTES, seed);
      devices.unmount();
      Places places = places(devices.images());
      assertThat(check(places).saysAnything()).isFalse();
      Path again = devices.mount("ro,noatime");
      for (Place place : places.all()) {
        assertThat(SameAsMounted.check(place.files().root(), again)).isGreaterThan(3_000);
      }
      assertThat(places.resolve("/names").place()).isEqualTo(places.all().getFirst());
      String uuid = "UUID=" + places.all().getFirst().content().uuid().orElseThrow();
      assertThat(places.find(uuid)).isEqualTo(places.all().getFirst());
      assertThat(places.find("device-1")).isEqualTo(places.all().get(1));
    }
  }

  @Test
  void aDamagedCopyIsNamedWithItsDeviceAndTheOtherIsRead(Seed seed) throws Exception {
    byte[] content = seed.bytes(FILE_BYTES);
    List<Path> images = filled("2", "-d raid1 -m raid1", content);
    byte[] pattern = Arrays.copyOfRange(content, 8192, 8192 + PATTERN);
    long place = find(images.get(1), pattern);
    flip(images.get(1), place);
    Places places = places(images);
    assertThat(check(places).problems())
        .singleElement()
        .asString()
        .contains("data", "device 2, " + place);
    assertThat(read(places.resolve("/file").place())).isEqualTo(content);
    flip(images.get(0), find(images.get(0), pattern));
    assertThatThrownBy(() -> read(places(images).resolve("/file").place()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("checksum");
  }

  @Test
  void theSuperblockOfEachIsCompared(Seed seed) throws Exception {
    List<Path> images = filled("2", "-d raid0 -m raid1", seed.bytes(FILE_BYTES));
    flip(images.get(1), (64 << 20) + 100);
    assertThat(check(places(images)).problems())
        .singleElement()
        .asString()
        .contains("superblock", "67108864");
  }

  @Test
  void whatIsMissingIsUnknownStill(Seed seed) throws Exception {
    List<Path> images = filled("3", "-d raid0 -m raid1c3", seed.bytes(FILE_BYTES));
    Places places = places(images.subList(0, 2));
    assertThat(check(places))
        .isEqualTo(new Verdict(List.of(), List.of("a part of the data lies on other devices")));
    assertThatThrownBy(() -> read(places.resolve("/file").place()))
        .hasMessageContaining("other devices");
  }

  /// Of two states of a device, or of one that is there twice, nobody knows which is right.
  @Test
  void whatDoesNotFitIsLeftAlone(Seed seed) throws Exception {
    List<Path> images = filled("2", "-d raid0 -m raid1", seed.bytes(FILE_BYTES));
    assertThatThrownBy(
            () -> places(List.of(images.get(0), images.get(1), images.get(1))).resolve("/file"))
        .isInstanceOf(NoSuchPlace.class)
        .hasMessageContaining("several file systems");
    Path before = Files.copy(images.get(1), directory.resolve("before"));
    try (LoopDevices devices = LoopDevices.over(directory, images)) {
      Files.writeString(devices.mount().resolve("later"), "later");
    }
    Places mixed = places(List.of(images.get(0), before));
    assertThatThrownBy(() -> mixed.resolve("/file")).isInstanceOf(NoSuchPlace.class);
    assertThatThrownBy(() -> read(mixed.find("device-0"))).hasMessageContaining("other devices");
  }

  private List<Path> filled(String count, String options, byte[] content) throws IOException {
    try (LoopDevices devices = LoopDevices.make(directory, Integer.parseInt(count), BYTES)) {
      devices.run("mkfs.btrfs -q -f " + options);
      Files.write(devices.mount().resolve("file"), content);
      devices.unmount();
      return devices.images();
    }
  }

  private Places places(List<Path> images) throws IOException {
    SortedMap<String, BlockReader> volumes = new TreeMap<>();
    for (Path image : images) {
      ImageFile volume = new ImageFile(image);
      opened.add(volume);
      volumes.put("device-" + volumes.size(), volume);
    }
    return Places.of(volumes);
  }

  /// All of it, from whichever device it is looked at.
  private static Verdict check(Places places) throws IOException {
    Verdict first = Verdict.of(places.all().getFirst()::check);
    for (Place place : places.all()) {
      Verdict verdict = Verdict.of(place::check);
      assertThat(verdict.problems()).hasSameSizeAs(first.problems());
      assertThat(verdict.unknown()).isEqualTo(first.unknown());
    }
    return first;
  }

  private static byte[] read(Place place) throws IOException, CorruptData, Unreadable {
    byte[] content = new byte[FILE_BYTES];
    FileName name = FileName.of("file");
    BlockReader file = place.files().root().child(name).orElseThrow().content();
    file.read(0, content, 0, content.length);
    return content;
  }

  private static long find(Path image, byte[] wanted) throws IOException {
    byte[] part = new byte[wanted.length];
    try (ImageFile file = new ImageFile(image)) {
      for (long at = 0; at < file.size(); at += 4096) {
        file.read(at, part, 0, part.length);
        if (Arrays.equals(part, wanted)) {
          return at;
        }
      }
    }
    throw new IllegalStateException("not found");
  }

  private static void flip(Path image, long place) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.seek(place);
      int before = file.read();
      file.seek(place);
      file.write(before ^ 1);
    }
  }
}
