package cairn.filesystem.fat;

import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Subject;
import cairn.filesystem.check.Findings;
import cairn.filesystem.layout.BlockSet;
import java.io.IOException;

/// Which clusters belong to a file or directory. A cluster that is claimed twice is in a loop, or
/// has two owners.
final class FatClaims {
  private final FatVolume fat;
  private final Findings findings;
  private final BlockSet claimed;

  /// A chain.
  ///
  /// @param clusters from its start until something is wrong
  /// @param whole whether nothing is
  record Chain(long clusters, boolean whole) {}

  FatClaims(FatVolume fat, Findings findings) {
    this.fat = fat;
    this.findings = findings;
    this.claimed = new BlockSet(fat.boot().clusters() + FatBootSector.FIRST_CLUSTER);
  }

  BlockSet claimed() {
    return claimed;
  }

  Chain claim(long first, Subject subject) throws IOException {
    long clusters = 0;
    try {
      boolean there = fat.boot().isCluster(first);
      subject.check(there, "first cluster", first, "a cluster");
      for (long cluster = first; cluster != FatTable.END; clusters++) {
        long next = fat.table().next(cluster);
        boolean isNew = claimed.add(cluster, cluster + 1) == 1;
        subject.check(isNew, "cluster", cluster + " again", "in one chain once");
        cluster = next;
      }
      return new Chain(clusters, true);
    } catch (CorruptData e) {
      findings.problem(e);
      return new Chain(clusters, false);
    }
  }
}
