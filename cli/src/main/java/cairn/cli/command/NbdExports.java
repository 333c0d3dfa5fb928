package cairn.cli.command;

import cairn.base.block.BlockReader;
import cairn.base.bytes.CorruptData;
import cairn.cli.report.Describe;
import cairn.cli.shell.UsageError;
import cairn.engine.compare.Diff;
import cairn.engine.compare.Range;
import cairn.engine.compare.VolumeDiff;
import cairn.engine.image.KeptBlocks;
import cairn.engine.image.SnapshotVolume;
import cairn.export.nbd.ChangedRanges;
import cairn.export.nbd.Export;
import cairn.export.nbd.StatusMap;
import cairn.repository.View;
import cairn.repository.snapshot.Snapshot;
import cairn.repository.snapshot.VolumeImage;
import cairn.volume.overlay.OverlayBase;
import cairn.volume.overlay.Overlays;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The volumes of a snapshot as exports.
///
/// @param opened what is to be closed, in this order
record NbdExports(List<Export> all, List<BlockReader> opened) implements Closeable {
  NbdExports {
    opened = new ArrayList<>(opened);
  }

  /// @param volume the only one that is wanted; null for all
  /// @param bases earlier snapshots that clients may ask to be compared with
  static NbdExports open(
      View view, Snapshot snapshot, @Nullable String volume, List<Snapshot> bases)
      throws IOException, CorruptData {
    List<VolumeImage> images = VolumeOption.wanted(snapshot, volume);
    List<Export> all = new ArrayList<>();
    for (VolumeImage image : images) {
      BlockReader reader = KeptBlocks.sharing(SnapshotVolume.of(view, image), images.size());
      List<StatusMap> changes = changes(view, snapshot, image, bases);
      all.add(new Export(image.name(), what(image, snapshot), reader, changes));
    }
    return new NbdExports(all, all.stream().map(Export::volume).toList());
  }

  /// One volume that may be written to.
  ///
  /// @param file where what is written goes
  static NbdExports writable(View view, Snapshot snapshot, @Nullable String volume, Path file)
      throws IOException, CorruptData {
    List<VolumeImage> images = VolumeOption.wanted(snapshot, volume);
    if (images.size() > 1) {
      String names = images.stream().map(VolumeImage::name).collect(Collectors.joining(", "));
      throw new UsageError(
          "the snapshot has several volumes, and an overlay is for one; name it by --volume: "
              + names);
    }
    VolumeImage image = images.getFirst();
    OverlayBase base = new OverlayBase(snapshot.id().toString(), image.name(), image.size());
    BlockReader below = KeptBlocks.sharing(SnapshotVolume.of(view, image), 1);
    try {
      BlockReader overlay = Overlays.openOrCreate(file, base, below);
      Export export = new Export(image.name(), what(image, snapshot) + ", writable", overlay);
      return new NbdExports(List.of(export), List.of(overlay, below));
    } catch (IOException | CorruptData | RuntimeException e) {
      below.close();
      throw e;
    }
  }

  private static String what(VolumeImage image, Snapshot snapshot) {
    return image.name() + " of snapshot " + Describe.shortId(snapshot.id());
  }

  private static List<StatusMap> changes(
      View view, Snapshot snapshot, VolumeImage image, List<Snapshot> bases)
      throws IOException, CorruptData {
    List<StatusMap> maps = new ArrayList<>();
    for (Snapshot base : bases) {
      ChangedRanges changed = new ChangedRanges(Describe.shortId(base.id()));
      for (VolumeDiff diff : new Diff(view).run(base, snapshot).volumes()) {
        if (diff.name().equals(image.name())) {
          diff.ranges().forEach(range -> add(changed, range, image.size()));
        }
      }
      maps.add(changed);
    }
    return maps;
  }

  /// What only a larger predecessor had is not there any more.
  private static void add(ChangedRanges changed, Range range, long size) {
    long length = Math.min(range.length(), size - range.offset());
    if (length > 0) {
      changed.add(range.offset(), length);
    }
  }

  /// Once; what was written is durable only when this succeeds.
  @Override
  public void close() throws IOException {
    Closer closer = new Closer();
    opened.forEach(closer::close);
    opened.clear();
    closer.end();
  }

  /// Closes one after the other, whatever comes of those before.
  private static final class Closer {
    private @Nullable IOException failure;

    void close(Closeable each) {
      try {
        each.close();
      } catch (IOException e) {
        failure = failure == null ? e : failure;
      }
    }

    void end() throws IOException {
      if (failure != null) {
        throw failure;
      }
    }
  }
}
