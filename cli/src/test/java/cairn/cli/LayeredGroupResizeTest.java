package cairn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import cairn.base.test.Seed;
import cairn.linux.test.Command;
import cairn.linux.test.LoopDevice;
import cairn.linux.test.LvmTools;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Restores to another size of a group with a mirror, a thin pool and a snapshot: none of them is
/// changed, and what they are made of moves as a whole or not at all.
final class LayeredGroupResizeTest {
  private static final int MEBI = 1 << 20;

  /// From the first extent on, each of 4 MiB.
  private static final String LAYERS =
      """
      raid { id = "aaaaaa-aaaa-aaaa-aaaa-aaaa-aaaa-aaaaa1" status = ["READ", "WRITE", "VISIBLE"]
        flags = [] segment_count = 1
        segment1 { start_extent = 0 extent_count = 2 type = "raid1" device_count = 2
          region_size = 4096
          raids = ["raid_rmeta_0", "raid_rimage_0", "raid_rmeta_1", "raid_rimage_1"] } }
      pool { id = "aaaaaa-aaaa-aaaa-aaaa-aaaa-aaaa-aaaaa2" status = ["READ", "WRITE", "VISIBLE"]
        flags = [] segment_count = 1
        segment1 { start_extent = 0 extent_count = 3 type = "thin-pool" metadata = "pool_tmeta"
          pool = "pool_tdata" transaction_id = 1 chunk_size = 128 discards = "passdown"
          zero_new_blocks = 1 } }
      thin { id = "aaaaaa-aaaa-aaaa-aaaa-aaaa-aaaa-aaaaa3" status = ["READ", "WRITE", "VISIBLE"]
        flags = [] segment_count = 1
        segment1 { start_extent = 0 extent_count = 9 type = "thin" thin_pool = "pool"
          transaction_id = 0 device_id = 1 } }
      snapshot0 { id = "aaaaaa-aaaa-aaaa-aaaa-aaaa-aaaa-aaaaa4" status = ["READ", "WRITE"]
        flags = [] segment_count = 1
        segment1 { start_extent = 0 extent_count = 4 type = "snapshot" chunk_size = 8
          origin = "origin" cow_store = "snap" } }
      """;

  @TempDir private Path folder;
  private Desk desk = new Desk();
  private byte[] layers = {};

  @BeforeEach
  void make(Seed seed) throws IOException {
    desk = Desk.withRepository(folder.resolve("repository")).set("TMPDIR", folder.toString());
    desk.run("init").expect(0);
    Path disk = folder.resolve("disk.img");
    try (RandomAccessFile made = new RandomAccessFile(disk.toFile(), "rw")) {
      made.setLength(121 * MEBI);
    }
    try (LoopDevice device = LoopDevice.over(disk)) {
      LvmTools tools = tools(device);
      tools.run("pvcreate -q " + device);
      tools.run("vgcreate -q group " + device);
      tools.create("data 40m group " + device);
      for (String part : List.of("im0 4m", "im1 8m", "im2 4m", "im3 8m", "tm 4m", "td 12m")) {
        tools.create(part + " group " + device);
      }
      tools.create("origin 16m group " + device);
      tools.create("snap 8m group " + device);
      Path text = folder.resolve("text");
      tools.run("vgcfgbackup -f " + text + " group");
      Files.writeString(text, layered(Files.readString(text)));
      tools.run("vgcfgrestore --force -f " + text + " group");
      assertThat(tools.run("lvs --noheadings -o lv_name group"))
          .contains("raid", "pool", "thin", "snap");
    }
    try (LoopDevice device =
        LoopDevice.over(disk, "--offset=" + MEBI, "--sizelimit=" + 40 * MEBI)) {
      Command.run("mkfs.ext4", "-q", device.toString());
    }
    layers = seed.bytes(64 * MEBI);
    try (RandomAccessFile made = new RandomAccessFile(disk.toFile(), "rw")) {
      made.seek(41 * MEBI);
      made.write(layers);
    }
    desk.run("backup", disk, "--name", "disk").expect(0);
  }

  private LvmTools tools(LoopDevice device) throws IOException {
    return new LvmTools(folder.resolve("tools"), device);
  }

  private static String layered(String text) {
    String[][] names = {
      {"im0", "raid_rmeta_0"}, {"im1", "raid_rimage_0"},
      {"im2", "raid_rmeta_1"}, {"im3", "raid_rimage_1"},
      {"tm", "pool_tmeta"}, {"td", "pool_tdata"}
    };
    String layered = text.replaceFirst("logical_volumes \\{", "logical_volumes {\n" + LAYERS);
    for (String[] name : names) {
      layered =
          layered.replaceFirst(
              "\\b" + name[0] + " (\\{[^{}]*status = \\[\"READ\", \"WRITE\"), \"VISIBLE\"",
              name[1] + " $1");
    }
    return layered;
  }

  @Test
  void noneOfThemIsChanged() throws IOException {
    Path target = folder.resolve("target");
    for (String name : List.of("raid", "pool", "thin", "origin", "snap", "raid_rimage_0")) {
      boolean isSeen = !List.of("snap", "raid_rimage_0").contains(name);
      String why =
          isSeen
              ? "group/" + name + " is made of other volumes, has snapshots, or does not lie in one"
              : "there is no 'group/" + name + "'";
      for (String size : List.of("161M", "113M")) {
        desk.run("restore", "latest", target, "--resize", "--size", size, "--part", "group/" + name)
            .expectSentence(1, "cannot restore to another size", why);
        assertThat(target).doesNotExist();
      }
    }
  }

  @Test
  void theyMoveAsAWholeBehindAVolumeThatGrows() throws IOException {
    Path target = folder.resolve("target");
    desk.run("restore", "latest", target, "--resize", "--size", "161M").expect(0);
    try (LoopDevice device = LoopDevice.over(target)) {
      LvmTools tools = tools(device);
      tools.run("vgck group");
      assertThat(
              tools.run("lvs -a --noheadings -o lv_name,devices group").replaceAll("/dev/\\w+", ""))
          .containsPattern("\\[raid_rimage_0\\] +\\(21\\)")
          .containsPattern("\\[raid_rimage_1\\] +\\(24\\)")
          .containsPattern("\\[pool_tdata\\] +\\(27\\)")
          .containsPattern("snap +\\(34\\)");
    }
    byte[] moved = new byte[layers.length];
    try (RandomAccessFile file = new RandomAccessFile(target.toFile(), "r")) {
      file.seek(81 * MEBI);
      file.readFully(moved);
    }
    assertThat(Arrays.mismatch(moved, layers)).isEqualTo(-1);
    try (LoopDevice device =
        LoopDevice.over(target, "--offset=" + MEBI, "--sizelimit=" + 80 * MEBI)) {
      Command.run("e2fsck", "-fn", device.toString());
    }
  }
}
