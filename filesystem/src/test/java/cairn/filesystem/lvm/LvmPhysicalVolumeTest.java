package cairn.filesystem.lvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cairn.base.bytes.CorruptData;
import cairn.base.test.Seed;
import cairn.filesystem.Content;
import cairn.filesystem.test.Damage;
import cairn.filesystem.test.FilledImage;
import cairn.filesystem.test.FilledImage.Told;
import cairn.filesystem.used.MapRefused;
import cairn.filesystem.used.Moment;
import cairn.linux.test.Command;
import cairn.linux.test.LoopDevice;
import cairn.linux.test.LvmTools;
import java.io.IOException;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// With the real tools, which can make volume groups without the kernel's help as long as nothing
/// is activated.
final class LvmPhysicalVolumeTest {
  private static final long BYTES = 128L << 20;
  private static final long EXTENT = 4L << 20;

  @TempDir private Path directory;

  @Test
  void freeAreTheExtentsThatNoVolumeUses() throws IOException {
    Path path = FilledImage.sparse(directory.resolve("image"), BYTES);
    try (LoopDevice device = LoopDevice.over(path)) {
      LvmTools lvm = new LvmTools(directory, device);
      lvm.run("pvcreate -q " + device);
      lvm.run("vgcreate group " + device);
      lvm.create("one 40m group " + device + ":0-9");
      lvm.create("two 8m group " + device + ":20-21");
      lvm.create("gone 12m group " + device + ":12-15");
      lvm.run("lvremove -f group/gone");
    }
    Told told = FilledImage.told(path, (offset, length) -> Moment.AT_REST);
    Content content = told.ranges().content();
    assertThat(content).isInstanceOf(Content.PhysicalVolume.class);
    assertThat(content.type()).isEqualTo("LVM2_member");
    String uuid = Command.run("blkid", "-p", "-o", "value", "-s", "UUID", path.toString());
    assertThat(content.uuid()).contains(uuid);
    long start = 1 << 20;
    assertThat(told.used())
        .containsExactly(
            new long[] {0, start + 10 * EXTENT},
            new long[] {start + 20 * EXTENT, start + 22 * EXTENT},
            new long[] {start + 31 * EXTENT, BYTES});
    Path copy = FilledImage.poisoned(path, told);
    try (LoopDevice device = LoopDevice.over(copy)) {
      LvmTools lvm = new LvmTools(directory, device);
      lvm.run("vgck group");
      assertThat(lvm.run("lvs --noheadings -o lv_name group")).contains("one").contains("two");
    }
  }

  @Test
  void stripesOfSeveralVolumesAreTaken() throws IOException {
    Path first = FilledImage.sparse(directory.resolve("first"), BYTES);
    Path second = FilledImage.sparse(directory.resolve("second"), BYTES);
    try (LoopDevice one = LoopDevice.over(first);
        LoopDevice other = LoopDevice.over(second)) {
      LvmTools lvm = new LvmTools(directory, one, other);
      lvm.run("pvcreate -q --metadatacopies 2 " + one + " " + other);
      lvm.run("vgcreate group " + one + " " + other);
      lvm.run("lvcreate -an -Zn -Wn -i 2 -I 64k -L 16m -n striped group");
    }
    for (Path path : List.of(first, second)) {
      Told told = FilledImage.told(path, (offset, length) -> Moment.AT_REST);
      assertThat(told.ranges().parts().getFirst().reason()).isEmpty();
      assertThat(told.used().getFirst()).containsExactly(0, (1 << 20) + 2 * EXTENT);
      assertThat(told.bytes()).isLessThan((2 << 20) + 4 * EXTENT);
    }
  }

  @Test
  void whateverListsThePhysicalVolumeUsesIt() throws CorruptData, MapRefused {
    String group =
        """
        extent_size = 8192
        physical_volumes { pv0 { id = "ab-cd" pe_start = 2048 pe_count = 20 }
                           pv1 { id = "other" pe_start = 2048 pe_count = 20 } }
        logical_volumes {
          pvmove0 { segment_count = 1 segment1 { start_extent = 0 extent_count = 3
            type = "mirror" mirror_count = 2 mirrors = [ "pv1", 0, "pv0", 4 ] } }
          raid { segment_count = 1 segment1 { start_extent = 0 extent_count = 3
            type = "raid1" raids = [ "raid_rmeta_0", "raid_rimage_0" ] } }
          raid_rimage_0 { segment_count = 2 # of which the second is striped
            segment1 { extent_count = 3 type = "striped" stripe_count = 1
              stripes = [ "pv0", 10 ] }
            segment2 { extent_count = 4 type = "striped" stripe_count = 2
              stripes = [ "pv0", 15, "pv1", 15 ] } } }
        """;
    BitSet used = LvmExtents.of(LvmText.parse(group), "abcd", 1 << 30).used();
    assertThat(used.stream()).containsExactly(4, 5, 6, 10, 11, 12, 15, 16);
    LvmText.Section strange = LvmText.parse(group.replace("raid1", "new"));
    assertThatThrownBy(() -> LvmExtents.of(strange, "abcd", 1 << 30))
        .hasMessage("unknown type of segment new");
    LvmText.Section beyond = LvmText.parse(group.replace("\"pv0\", 10", "\"pv0\", 18"));
    assertThatThrownBy(() -> LvmExtents.of(beyond, "abcd", 1 << 30))
        .isInstanceOf(CorruptData.class);
  }

  @Test
  void withoutAGroupEverythingIsTaken() throws IOException {
    Path path = FilledImage.sparse(directory.resolve("image"), BYTES);
    try (LoopDevice device = LoopDevice.over(path)) {
      LvmTools lvm = new LvmTools(directory, device);
      lvm.run("pvcreate -q " + device);
    }
    Told told = FilledImage.told(path, (offset, length) -> Moment.AT_REST);
    assertThat(told.ranges().parts().getFirst().reason())
        .contains("it holds no metadata of a volume group");
    assertThat(told.bytes()).isEqualTo(BYTES);
  }

  @Test
  void damageIsNoticedOrHarmless(Seed seed) throws IOException {
    Path path = FilledImage.sparse(directory.resolve("image"), BYTES);
    try (LoopDevice device = LoopDevice.over(path)) {
      LvmTools lvm = new LvmTools(directory, device);
      lvm.run("pvcreate -q " + device);
      lvm.run("vgcreate group " + device);
      lvm.create("one 40m group " + device);
    }
    Damage.survived(path, List.of(0L, 2048L, 512L, 640L, 4096L, 4700L, 4096L, 8192L), true, seed);
  }
}
