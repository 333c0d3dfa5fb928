package cairn.repository.check;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cairn.base.bytes.ChunkId;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.repository.snapshot.Counts;
import cairn.repository.snapshot.Details;
import cairn.repository.snapshot.Snapshot;
import cairn.repository.snapshot.VolumeImage;
import cairn.repository.test.Samples;
import cairn.repository.tree.TreeRoot;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SnapshotCheckerTest {
  private static final int BLOCK = 65_536;
  private static final ChunkId ID = new ChunkId(1, 2, 3, 4);

  @Test
  void whatIsRightPasses() throws Exception {
    check(volume("a", 0, BLOCK, null), volume("b", 1, BLOCK, new TreeRoot(ID, 0, 1)));
    check(volume("a", 1024L * BLOCK, BLOCK, new TreeRoot(ID, 0, 1024)));
    check(volume("a", 1024L * BLOCK + 1, BLOCK, new TreeRoot(ID, 1, 1025)));
  }

  @Test
  void everyRuleIsChecked() {
    assertRefused(": volumes, have 0 expect 1 or more");
    assertRefused(
        " slot=1: volume, have a expect a name not used before",
        volume("a", 0, BLOCK, null),
        volume("a", 0, BLOCK, null));
    assertRefused(" slot=0: size, have -1 expect 0..2^60", volume("a", -1, BLOCK, null));
    long huge = (1L << 60) + 1;
    assertRefused(
        " slot=0: size, have " + huge + " expect 0..2^60", volume("a", huge, BLOCK, null));
    assertRefused(" slot=0: block size, have 32768 expect 65536", volume("a", 0, BLOCK / 2, null));
    assertRefused(" slot=0: block size, have 0 expect 65536", volume("a", 9, 0, null));
    assertRefused(
        " slot=0: level of root, have 1 expect 0",
        volume("a", 1024L * BLOCK, BLOCK, new TreeRoot(ID, 1, 1)));
    assertRefused(
        " slot=0: items, have 0 expect 1..1", volume("a", 5, BLOCK, new TreeRoot(ID, 0, 0)));
    assertRefused(
        " slot=0: items, have 2 expect 1..1", volume("a", 5, BLOCK, new TreeRoot(ID, 0, 2)));
    assertRefused(
        " slot=0: items, have 1 expect 1..0", volume("a", 0, BLOCK, new TreeRoot(ID, 0, 1)));
  }

  private static VolumeImage volume(
      String name, long size, int blockBytes, @Nullable TreeRoot root) {
    return new VolumeImage(name, size, blockBytes, Optional.ofNullable(root), Map.of());
  }

  private static void check(VolumeImage... volumes) throws CorruptData {
    Details details =
        new Details(
            Optional.empty(),
            "db1",
            "cairn",
            List.of(),
            true,
            Samples.TIME,
            List.of(volumes),
            new Counts(0, 0, 0, 0, 0, 0));
    Snapshot snapshot =
        new Snapshot(Samples.objectId(1), Samples.objectId(2), "group", Samples.TIME, details);
    SnapshotChecker.check(snapshot, BLOCK, Subject.of("snapshot", "01"));
  }

  private static void assertRefused(String what, VolumeImage... volumes) {
    assertThatThrownBy(() -> check(volumes))
        .isInstanceOf(CorruptData.class)
        .hasMessage("corrupt snapshot 01" + what);
  }
}
