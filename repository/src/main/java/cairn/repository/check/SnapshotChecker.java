package cairn.repository.check;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.repository.snapshot.Snapshot;
import cairn.repository.snapshot.VolumeImage;
import cairn.repository.tree.Shape;
import cairn.repository.tree.TreeRoot;
import java.util.HashSet;
import java.util.Set;

/// The logic of a snapshot record, before it is sealed and after its seal was verified.
public final class SnapshotChecker {
  /// In bytes; leaves room to round up to blocks.
  private static final long SIZE_MAX = 1L << 60;

  private SnapshotChecker() {}

  public static void check(Snapshot snapshot, int blockBytes, Subject subject) throws CorruptData {
    subject.check(!snapshot.details().volumes().isEmpty(), "volumes", 0, "1 or more");
    Set<String> names = new HashSet<>();
    for (int slot = 0; slot < snapshot.details().volumes().size(); slot++) {
      VolumeImage volume = snapshot.details().volumes().get(slot);
      Subject here = subject.slot(slot);
      here.check(names.add(volume.name()), "volume", volume.name(), "a name not used before");
      here.check(volume.size() >= 0 && volume.size() <= SIZE_MAX, "size", volume.size(), "0..2^60");
      here.checkEqual(volume.blockBytes(), blockBytes, "block size");
      if (volume.root().isPresent()) {
        checkRoot(volume.root().get(), volume.blockCount(), here);
      }
    }
  }

  private static void checkRoot(TreeRoot root, long blockCount, Subject subject)
      throws CorruptData {
    subject.checkEqual(root.level(), Shape.rootLevel(blockCount), "level of root");
    subject.check(
        root.items() >= 1 && root.items() <= blockCount, "items", root.items(), "1.." + blockCount);
  }
}
