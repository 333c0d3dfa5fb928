package cairn.cli.command;

import cairn.base.block.BlockReader;
import cairn.base.bytes.CorruptData;
import cairn.cli.command.RepositoryAccess.Opened;
import cairn.cli.shell.Shell;
import cairn.cli.shell.UsageError;
import cairn.engine.image.KeptBlocks;
import cairn.engine.image.SnapshotVolume;
import cairn.filesystem.Places;
import cairn.repository.View;
import cairn.repository.snapshot.Snapshot;
import cairn.repository.snapshot.VolumeImage;
import cairn.volume.DeviceVolume;
import cairn.volume.FileVolume;
import cairn.volume.Volume;
import cairn.volume.Volumes;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// The way into what a person names to look into.
final class InsideAccess {
  @Mixin private final RepositoryAccess access;

  @Option(
      names = "--volume",
      paramLabel = "VOLUME",
      order = 5,
      description = "Look into this volume alone, where the snapshot has several.")
  private @Nullable String volume;

  @Mixin private final FormatOption format;

  InsideAccess(Shell shell) {
    this.access = new RepositoryAccess(shell);
    this.format = new FormatOption();
  }

  /// What is open to be looked into.
  ///
  /// @param name as it was given, without the path
  /// @param path with the address of a place before it
  /// @param warnings records that are damaged, so that the snapshot meant may be another
  record Inside(
      String name, Places places, String path, List<String> warnings, Deque<AutoCloseable> opened)
      implements AutoCloseable {
    @Override
    public void close() throws IOException {
      while (!opened.isEmpty()) {
        try {
          opened.pop().close();
        } catch (IOException | RuntimeException e) {
          throw e;
        } catch (Exception e) {
          throw new IOException(e);
        }
      }
    }
  }

  /// To read metadata.
  Inside open(String text) throws IOException, CorruptData {
    return open(text, true);
  }

  /// To read files, too.
  Inside openForContent(String text) throws IOException, CorruptData {
    return open(text, false);
  }

  private Inside open(String text, boolean scattered) throws IOException, CorruptData {
    Deque<AutoCloseable> opened = new ArrayDeque<>();
    boolean good = false;
    try {
      InsideName name = InsideName.parse(text, () -> groups(opened));
      Inside inside = name.isSnapshot() ? snapshot(name, opened) : file(name, scattered, opened);
      good = true;
      return inside;
    } finally {
      if (!good) {
        new Inside(text, Places.of(new TreeMap<>()), "", List.of(), opened).close();
      }
    }
  }

  private List<String> groups(Deque<AutoCloseable> opened) throws IOException {
    try {
      return Catalog.of(repository(opened).repository()).listing().snapshots().stream()
          .map(Snapshot::group)
          .distinct()
          .toList();
    } catch (CorruptData e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  private Opened repository(Deque<AutoCloseable> opened) throws IOException, CorruptData {
    if (opened.peek() instanceof Opened already) {
      return already;
    }
    Opened repository = access.open();
    opened.push(repository);
    return repository;
  }

  private Inside snapshot(InsideName name, Deque<AutoCloseable> opened)
      throws IOException, CorruptData {
    Opened repository = repository(opened);
    Catalog catalog = Catalog.of(repository.repository());
    Snapshot snapshot = catalog.find(name.source());
    List<VolumeImage> images = VolumeOption.wanted(snapshot, volume);
    View view = repository.repository().openView();
    opened.push(view);
    SortedMap<String, BlockReader> volumes = new TreeMap<>();
    for (VolumeImage image : images) {
      BlockReader kept = KeptBlocks.sharing(SnapshotVolume.of(view, image), images.size());
      opened.push(kept);
      volumes.put(image.name(), kept);
    }
    return new Inside(name.source(), Places.of(volumes), name.path(), catalog.warnings(), opened);
  }

  private Inside file(InsideName name, boolean scattered, Deque<AutoCloseable> opened)
      throws IOException {
    if (volume != null) {
      throw new UsageError("--volume is for snapshots; " + name.source() + " is a volume itself");
    }
    Volume source = Volumes.open(name.source(), "look into", format.get());
    boolean local = source instanceof FileVolume || source instanceof DeviceVolume;
    BlockReader kept = local ? KeptBlocks.local(source, scattered) : KeptBlocks.sharing(source, 1);
    opened.push(kept);
    if (scattered) {
      source.expectScatteredReads();
    }
    String last = source.identity().name();
    return new Inside(name.source(), Places.of(last, kept), name.path(), List.of(), opened);
  }
}
