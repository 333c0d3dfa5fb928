package cairn.engine.upkeep;

import cairn.base.bytes.CorruptData;
import cairn.repository.Repository;
import cairn.repository.View;
import cairn.repository.index.Location;
import cairn.repository.index.Segment;
import cairn.repository.pack.PackContent;
import cairn.repository.pack.Packs;
import cairn.repository.snapshot.Snapshot;
import cairn.repository.snapshot.VolumeImage;
import cairn.repository.tree.TreeRoot;
import cairn.storage.Storage.Entry;
import java.io.IOException;
import java.util.List;

/// Counts what a repository holds, from its records and indexes alone.
public final class Statistics {
  private long chunks;
  private long bytes;
  private long deltas;

  private Statistics() {}

  public static StatsReport of(Repository repository) throws IOException, CorruptData {
    List<Snapshot> snapshots = repository.snapshots().snapshots();
    Statistics counted = new Statistics();
    try (View view = repository.openView()) {
      for (Segment segment : view.index().segments()) {
        counted.count(segment.cursor());
      }
    }
    List<VolumeImage> volumes =
        snapshots.stream().flatMap(snapshot -> snapshot.details().volumes().stream()).toList();
    List<Entry> objects = repository.storage().list("");
    return new StatsReport(
        snapshots.size(),
        snapshots.stream().map(Snapshot::group).distinct().count(),
        volumes.stream().mapToLong(VolumeImage::size).sum(),
        volumes.stream().mapToLong(Statistics::dataBytes).sum(),
        counted.chunks,
        counted.bytes,
        objects.stream().mapToLong(Entry::size).sum(),
        objects.stream().filter(one -> one.name().startsWith(Packs.PREFIX + "/")).count(),
        counted.deltas);
  }

  private static long dataBytes(VolumeImage volume) {
    long blocks = volume.root().map(TreeRoot::items).orElse(0L);
    return Math.min(blocks * volume.blockBytes(), volume.size());
  }

  private void count(Segment.Cursor cursor) throws CorruptData {
    for (Location at = cursor.next(); at != null; at = cursor.next()) {
      if (at.content() == PackContent.DATA) {
        chunks++;
        bytes += at.place().rawLength();
        deltas += at.base() == null ? 0 : 1;
      }
    }
  }
}
