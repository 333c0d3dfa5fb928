package cairn.filesystem.lvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cairn.filesystem.layout.Patches;
import cairn.filesystem.layout.Patches.Patch;
import cairn.filesystem.lvm.LvmLayout.Piece;
import cairn.filesystem.lvm.LvmLayout.Relaid;
import cairn.filesystem.lvm.LvmLayout.Whole;
import cairn.filesystem.lvm.LvmText.Section;
import cairn.filesystem.test.MemoryVolume;
import cairn.linux.test.LvmTools;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Physical volumes that LVM made, with extents of 1 MiB from 1 MiB on and metadata at both ends.
class LvmLayoutTest {
  private static final long MEBI = 1 << 20;

  @TempDir private Path folder;

  private MemoryVolume made() throws Exception {
    try (LvmDisks disks = new LvmDisks(folder, 1, 32 * MEBI)) {
      LvmTools tools = disks.tools();
      tools.create("first 5m group " + disks.device(0));
      tools.create("origin 4m group " + disks.device(0));
      tools.create("kept 2m group " + disks.device(0));
    }
    return MemoryVolume.of(Files.readAllBytes(folder.resolve("disk-0")));
  }

  private static LvmLayout layout(MemoryVolume volume) throws Exception {
    return LvmPhysicalVolume.open(volume).layout();
  }

  @Test
  void whatLiesBehindAVolumeThatGrowsMovesAlong() throws Exception {
    LvmLayout layout = layout(made());
    assertThat(layout.groupName()).contains("group");
    Whole first = new Whole("first", MEBI, 5 * MEBI);
    assertThat(layout.wholes())
        .containsExactly(
            first, new Whole("origin", 6 * MEBI, 4 * MEBI), new Whole("kept", 10 * MEBI, 2 * MEBI));
    Relaid relaid = layout.relaid(40 * MEBI, Optional.of(first));
    assertThat(relaid.changedBytes()).isEqualTo(13 * MEBI);
    assertThat(relaid.pieces())
        .containsExactly(new Piece(0, MEBI, 0), new Piece(6 * MEBI, 6 * MEBI, 14 * MEBI));
    assertThat(relaid.patches()).extracting(Patch::offset).contains(512L, 4096L, 39 * MEBI);
  }

  @Test
  void freeExtentsGoBeforeAnythingElse() throws Exception {
    LvmLayout layout = layout(made());
    Optional<Whole> first = layout.wholes().stream().findFirst();
    assertThat(layout.changedBytes(13 * MEBI, first.orElseThrow())).isEqualTo(5 * MEBI);
    assertThat(layout.relaid(10 * MEBI, first).changedBytes()).isEqualTo(2 * MEBI);
    assertThatThrownBy(() -> layout.relaid(12 * MEBI, Optional.empty()))
        .isInstanceOf(LvmRefused.class)
        .hasMessageContaining("reach to extent 11 of the 10 it would have");
    assertThatThrownBy(() -> layout.relaid(8 * MEBI, first))
        .hasMessageContaining("nothing would be left of first");
    assertThatThrownBy(() -> layout.relaid(MEBI, first))
        .hasMessageContaining("less than the 1048576 before its data");
  }

  /// Its snapshot would hold other bytes than it had: a file system that grows writes past it.
  @Test
  void volumesWithSnapshotsStayAsTheyAre() throws Exception {
    MemoryVolume volume = made();
    LvmLabel label = LvmLabel.read(volume);
    LvmGroup group =
        LvmGroup.parse(LvmMetadata.read(volume, label.metadata().getFirst()).text().orElseThrow());
    Section logicals = group.section().section("logical_volumes");
    Section segment =
        new Section(
            Map.of(
                "start_extent",
                0L,
                "extent_count",
                4L,
                "type",
                "snapshot",
                "chunk_size",
                8L,
                "origin",
                "origin",
                "cow_store",
                "kept"));
    Section tie =
        logicals
            .section("first")
            .with("id", "0123456789abcdefghijklmnopqrstuv")
            .with("status", List.of("READ", "WRITE"))
            .with("segment1", segment);
    Section changed = group.section().with("logical_volumes", logicals.with("snapshot0", tie));
    Optional<String> text =
        Optional.of(LvmTextWriter.write(group.root().with(group.name(), changed)));
    List<Patch> patches = new ArrayList<>();
    for (LvmLabel.Range area : label.metadata()) {
      patches.add(LvmMetadata.patch(volume, area, area, text));
    }
    Patches with = new Patches(volume, volume.size(), patches);
    assertThat(LvmPhysicalVolume.open(with).layout().wholes())
        .extracting(Whole::name)
        .containsExactly("first");
  }

  @Test
  void metadataThatIsWrongIsNotWrittenAnew() throws Exception {
    MemoryVolume volume = made();
    LvmLabel label = LvmLabel.read(volume);
    LvmLabel.Range area = label.metadata().getLast();
    String text = LvmMetadata.read(volume, area).text().orElseThrow();
    Patch patch =
        LvmMetadata.patch(
            volume, area, area, Optional.of(text.replaceFirst("seqno = [0-9]+", "seqno = 77")));
    Patches with = new Patches(volume, volume.size(), List.of(patch));
    LvmPhysicalVolume wrong = LvmPhysicalVolume.open(with);
    assertThatThrownBy(wrong::layout)
        .isInstanceOf(LvmRefused.class)
        .hasMessageContaining("copies, have different expect the same");
  }
}
