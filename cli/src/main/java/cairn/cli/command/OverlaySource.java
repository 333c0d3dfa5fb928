package cairn.cli.command;

import cairn.base.block.BlockReader;
import cairn.base.bytes.CorruptData;
import cairn.engine.backup.BackupRequest;
import cairn.engine.backup.BackupRequest.NamedVolume;
import cairn.engine.backup.BackupRequest.Parent;
import cairn.engine.capture.Converge;
import cairn.engine.capture.OverlayWrites;
import cairn.engine.capture.Stillness;
import cairn.engine.image.KeptBlocks;
import cairn.engine.image.SnapshotVolume;
import cairn.repository.Repository;
import cairn.repository.View;
import cairn.repository.snapshot.Snapshot;
import cairn.repository.snapshot.VolumeImage;
import cairn.volume.OverlayVolume;
import cairn.volume.overlay.Overlay;
import cairn.volume.overlay.OverlayBase;
import cairn.volume.overlay.Overlays;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// An overlay, and the snapshot that it stands on, as the source of a backup.
final class OverlaySource implements AutoCloseable {
  private static final String NAME_END = ".overlay";

  private final Snapshot base;
  private final View view;
  private final BlockReader below;
  private final OverlayVolume volume;

  private OverlaySource(Snapshot base, View view, BlockReader below, OverlayVolume volume) {
    this.base = base;
    this.view = view;
    this.below = below;
    this.volume = volume;
  }

  /// A guest can make its raw disk begin like an overlay, and so have a backup read other volumes
  /// than those that were named. So it takes the name as well, or a person who says what it is.
  ///
  /// @throws IOException when a file looks like one and it is not said what it is
  static boolean isOne(String file, FormatOption format) throws IOException {
    if (!format.isGuessed()) {
      return format.isOverlay();
    }
    if (!looksLikeOne(file)) {
      return false;
    }
    if (!file.endsWith(NAME_END)) {
      throw new IOException(
          file
              + " looks like an overlay of 'cairn nbd --writable': say --format overlay if it is"
              + " one, or --format raw if it is a disk that a guest wrote to");
    }
    return true;
  }

  private static boolean looksLikeOne(String file) throws IOException {
    try {
      return Overlays.isOne(Path.of(file));
    } catch (InvalidPathException e) {
      return false;
    }
  }

  /// @throws IOException also when it is being served, or its snapshot is not in this repository
  static OverlaySource open(Repository repository, String file) throws IOException, CorruptData {
    Path path = Path.of(file).toAbsolutePath();
    OverlayBase stands = Overlays.baseOf(path);
    Snapshot base = snapshot(repository, stands, path);
    VolumeImage image =
        base.details().volumes().stream()
            .filter(each -> each.name().equals(stands.volume()))
            .findFirst()
            .orElseThrow(() -> new IOException(missing(path, stands)));
    View view = repository.openView();
    BlockReader below = KeptBlocks.sharing(SnapshotVolume.of(view, image), 1);
    try {
      Overlay overlay = Overlays.openReadOnly(path, stands, below);
      OverlayVolume volume = new OverlayVolume(overlay, path, stands.snapshot(), stands.volume());
      return new OverlaySource(base, view, below, volume);
    } catch (IOException | CorruptData | RuntimeException e) {
      below.close();
      view.close();
      throw e;
    }
  }

  private static Snapshot snapshot(Repository repository, OverlayBase stands, Path path)
      throws IOException, CorruptData {
    return repository.snapshots().snapshots().stream()
        .filter(each -> each.id().toString().equals(stands.snapshot()))
        .findFirst()
        .orElseThrow(() -> new IOException(missing(path, stands)));
  }

  private static String missing(Path path, OverlayBase stands) {
    return String.format(
        Locale.ROOT,
        ("cannot back up %s: it stands on volume %s of snapshot %s, which is not in this"
            + " repository"),
        path,
        stands.volume(),
        stands.snapshot());
  }

  String location() {
    return volume.identity().location();
  }

  Parent base() {
    return new Parent.Given(base);
  }

  BackupRequest.Sources sources() {
    NamedVolume named =
        new NamedVolume(volume.identity().name(), volume, Optional.of(OverlayWrites.of(volume)));
    return new BackupRequest.Sources(List.of(named), Stillness.NONE, Converge.Limits.DEFAULT);
  }

  @Override
  public void close() throws IOException {
    try (view;
        below) {
      volume.close();
    }
  }
}
