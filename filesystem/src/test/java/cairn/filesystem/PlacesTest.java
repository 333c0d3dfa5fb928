package cairn.filesystem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cairn.base.block.BlockReader;
import cairn.filesystem.Places.Target;
import cairn.filesystem.test.FilledImage;
import cairn.filesystem.test.ImageFile;
import cairn.filesystem.test.MemoryVolume;
import cairn.filesystem.test.Verdict;
import cairn.linux.test.Command;
import cairn.linux.test.LoopDevice;
import cairn.linux.test.LvmTools;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PlacesTest {
  private static final int MIB = 1 << 20;
  private static final String ROOT = "01234567-89ab-cdef-0123-456789abcdef";

  @TempDir private Path directory;
  private Path disk = Path.of("");

  @BeforeEach
  void makeDisk() throws IOException {
    disk = FilledImage.sparse(directory.resolve("disk"), 64L * MIB);
    Path script =
        Files.writeString(
            directory.resolve("script"),
            """
            label: gpt
            start=2048, size=20480, name="EFI system"
            start=22528, size=40960, uuid=11111111-2222-3333-4444-555555555555
            start=63488, size=20480
            start=83968, size=20480
            """);
    Command.run("sh", "-c", "sfdisk -q --no-reread '" + disk + "' < '" + script + "'");
    make("mkfs.fat -n EFI", 10, 1);
    make("mkfs.ext4 -q -L /srv/data -U " + ROOT, 20, 11);
    make("mkswap -q -L pages", 10, 31);
  }

  @Test
  void everythingIsFoundWithItsAddress() throws IOException, NoSuchPlace {
    try (ImageFile volume = new ImageFile(disk)) {
      Places places = Places.of("disk", volume);
      assertThat(places.all())
          .extracting(place -> place.address() + " " + place.identity().type())
          .containsExactly("disk gpt", "p1 vfat", "p2 ext4", "p3 swap", "p4 unknown");
      Place root = places.find("p2");
      assertThat(root.container()).isEqualTo("disk");
      assertThat(root.offset()).isEqualTo(11L * MIB);
      assertThat(root.size()).isEqualTo(20L * MIB);
      assertThat(root.bytes().orElseThrow().size()).isEqualTo(20L * MIB);
      assertThat(places.fileSystems()).extracting(Place::address).containsExactly("p1", "p2");
    }
  }

  @Test
  void aPlaceIsCalledByAddressLabelOrUuid() throws IOException, NoSuchPlace {
    try (ImageFile volume = new ImageFile(disk)) {
      Places places = Places.of("disk", volume);
      List<String> names =
          List.of(
              "p2",
              "disk/p2",
              "LABEL=/srv/data",
              "UUID=" + ROOT,
              "UUID=01234567-89AB-CDEF-0123-456789ABCDEF",
              "PARTUUID=11111111-2222-3333-4444-555555555555");
      for (String name : names) {
        assertThat(places.find(name).address()).isEqualTo("p2");
        assertThat(places.resolve(name + "/etc/a").path()).isEqualTo("/etc/a");
        assertThat(places.resolve(name)).isEqualTo(new Target(places.find("p2"), "/"));
      }
      assertThat(places.find("PARTLABEL=EFI system").address()).isEqualTo("p1");
      assertThat(places.find("disk").identity().type()).isEqualTo("gpt");
    }
  }

  @Test
  void whatIsNotThereIsAnsweredWithWhatIs() throws IOException {
    try (ImageFile volume = new ImageFile(disk)) {
      Places places = Places.of("disk", volume);
      String all =
          "there is disk (gpt table), p1 (vfat, LABEL=EFI), p2 (ext4, LABEL=/srv/data),"
              + " p3 (swap, LABEL=pages), p4 (unknown)";
      assertThatThrownBy(() -> places.find("p22")).hasMessage("there is no 'p22': " + all);
      assertThatThrownBy(() -> places.find("label=EFI")).isInstanceOf(NoSuchPlace.class);
      assertThatThrownBy(() -> places.resolve("p22/etc"))
          .hasMessage("there is no 'p22/etc': " + all);
      assertThatThrownBy(() -> places.resolve("/etc"))
          .hasMessage(
              "there are several file systems, begin the path with one of them: there is"
                  + " p1 (vfat, LABEL=EFI), p2 (ext4, LABEL=/srv/data)");
      assertThatThrownBy(() -> places.find("p3").files())
          .hasMessage("no files can be read from p3 (swap, LABEL=pages)");
      assertThatThrownBy(() -> places.find("p4").files())
          .hasMessage("no files can be read from p4 (unknown): it has no sign of a known format");
    }
  }

  @Test
  void aSingleFileSystemNeedsNoName() throws IOException, NoSuchPlace {
    try (ImageFile volume = new ImageFile(directory.resolve("10"))) {
      Places places = Places.of("10", volume);
      assertThat(places.resolve("/a/b")).isEqualTo(new Target(places.find("10"), "/a/b"));
      assertThat(places.resolve("")).isEqualTo(new Target(places.find("UUID=" + uuid()), "/"));
    }
    Places none = Places.of("empty", MemoryVolume.of(new byte[MIB]));
    assertThatThrownBy(() -> none.resolve("/"))
        .hasMessage("there is no file system: there is empty (unknown)");
  }

  @Test
  void partitionsOfSeveralVolumesAreCalledWithTheirDisk() throws IOException, NoSuchPlace {
    try (ImageFile one = new ImageFile(disk);
        ImageFile other = new ImageFile(directory.resolve("20"))) {
      Places places = Places.of(new TreeMap<>(Map.of("sda", one, "sdb", other)));
      assertThat(places.all())
          .extracting(Place::address)
          .containsExactly("sda", "sda/p1", "sda/p2", "sda/p3", "sda/p4", "sdb");
      assertThat(places.resolve("sda/p1/a").path()).isEqualTo("/a");
      assertThatThrownBy(() -> places.find("p1")).isInstanceOf(NoSuchPlace.class);
      assertThatThrownBy(() -> places.find("UUID=" + ROOT))
          .hasMessage(
              "'UUID="
                  + ROOT
                  + "' may be any of several: there is sda/p2 (ext4, LABEL=/srv/data),"
                  + " sdb (ext4, LABEL=/srv/data)");
    }
  }

  @Test
  void aVolumeThatCannotBeReadIsUnknown() throws IOException, NoSuchPlace {
    try (ImageFile one = new ImageFile(disk)) {
      BlockReader failing = new FailingVolume(one, 0);
      Places places = Places.of(new TreeMap<>(Map.of("sda", failing, "sdb", one)));
      assertThat(told(places.find("sda")).unknown())
          .containsExactly("it could not be read: no luck");
      assertThat(places.find("sdb/p2").identity().type()).isEqualTo("ext4");
    }
  }

  @Test
  void damageIsAProblemAndBytesWithoutASignAreNone() throws IOException, NoSuchPlace {
    try (RandomAccessFile file = new RandomAccessFile(disk.toFile(), "rw")) {
      file.seek(11L * MIB + 1024 + 4);
      file.write(0xA5);
      file.seek(53L * MIB - 12 * MIB);
      file.write(new byte[] {'L', 'U', 'K', 'S', (byte) 0xBA, (byte) 0xBE});
    }
    try (ImageFile volume = new ImageFile(disk)) {
      Places places = Places.of("disk", volume);
      assertThat(told(places.find("p2")).problems())
          .singleElement()
          .asString()
          .startsWith("corrupt ");
      assertThat(told(places.find("p4")).unknown())
          .containsExactly("crypto_LUKS: its free blocks are not understood");
    }
    Place zeros = Places.of("zeros", MemoryVolume.of(new byte[MIB])).find("zeros");
    assertThat(told(zeros)).isEqualTo(new Verdict(List.of(), List.of()));
  }

  @Test
  void logicalVolumesAreFoundInPartitions() throws IOException, NoSuchPlace {
    Path physical = FilledImage.sparse(directory.resolve("physical"), 20L * MIB);
    try (LoopDevice device = LoopDevice.over(physical)) {
      LvmTools lvm = new LvmTools(directory, device);
      lvm.run("pvcreate -q " + device);
      lvm.run("vgcreate -s 1m group " + device);
      lvm.create("root 10m group " + device + ":0-9");
      lvm.create("machine 4m group " + device);
    }
    put(directory.resolve("10"), physical, 1);
    Path machine = FilledImage.sparse(directory.resolve("machine"), 4L * MIB);
    Command.run("sh", "-c", "echo start=2048 | sfdisk -q --no-reread '" + machine + "'");
    put(machine, physical, 11);
    put(physical, disk, 11);
    try (ImageFile volume = new ImageFile(disk)) {
      Places places = Places.of("disk", volume);
      assertThat(places.all())
          .extracting(place -> place.address() + " " + place.identity().type())
          .containsExactly(
              "disk gpt",
              "p1 vfat",
              "p2 LVM2_member",
              "p3 swap",
              "p4 unknown",
              "group/machine dos",
              "group/machine/p1 unknown",
              "group/root vfat");
      Place root = places.find("group/root");
      assertThat(root.container()).isEqualTo("group");
      assertThat(root.size()).isEqualTo(10L * MIB);
      assertThat(places.resolve("group/root/etc/a")).isEqualTo(new Target(root, "/etc/a"));
      for (Place place : places.all()) {
        assertThat(told(place).problems()).as(place.address()).isEmpty();
      }
    }
  }

  private static Verdict told(Place place) throws IOException {
    return Verdict.of(place::check);
  }

  private String uuid() throws IOException {
    Path image = directory.resolve("10");
    return Command.run("blkid", "-p", "-o", "value", "-s", "UUID", image.toString());
  }

  /// Makes a file system of so many MiB and puts it so far into the disk.
  private void make(String command, int size, int at) throws IOException {
    String name = at == 31 ? "swap" : Integer.toString(size);
    Path image = FilledImage.sparse(directory.resolve(name), (long) size * MIB);
    Command.run("sh", "-c", command + " '" + image + "'");
    put(image, disk, at);
  }

  private static void put(Path image, Path target, int at) throws IOException {
    String files = "if='" + image + "' of='" + target + "'";
    Command.run("sh", "-c", "dd bs=1M conv=notrunc status=none " + files + " seek=" + at);
  }
}
