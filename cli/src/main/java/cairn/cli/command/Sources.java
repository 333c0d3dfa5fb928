package cairn.cli.command;

import cairn.cli.shell.UsageError;
import cairn.engine.backup.BackupRequest.NamedVolume;
import cairn.engine.capture.BitmapWrites;
import cairn.engine.capture.InUse;
import cairn.engine.capture.LiveDevices;
import cairn.volume.ImageFormat;
import cairn.volume.NbdVolume;
import cairn.volume.Volume;
import cairn.volume.VolumeIdentity;
import cairn.volume.Volumes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The opened sources of a backup.
final class Sources implements AutoCloseable {
  private final List<Volume> volumes = new ArrayList<>();
  private final Optional<Bitmaps> bitmaps;

  private Sources(Optional<Bitmaps> bitmaps) {
    this.bitmaps = bitmaps;
  }

  /// Dirty bitmaps of the one source.
  ///
  /// @param last what was written to since the last snapshot; empty when there is none
  /// @param next what was started at the moment that is backed up; empty when there is none
  record Bitmaps(String last, String next) {}

  static Sources open(List<String> names, ImageFormat format, Optional<Bitmaps> bitmaps)
      throws IOException {
    Sources sources = new Sources(bitmaps);
    try {
      for (String name : names) {
        boolean hasBitmap = bitmaps.isPresent();
        sources.volumes.add(
            hasBitmap
                ? NbdVolume.open(name, bitmaps.get().last)
                : Volumes.open(name, "back up", format));
      }
      sources.checkDistinct();
      return sources;
    } catch (IOException | RuntimeException e) {
      sources.close();
      throw e;
    }
  }

  /// `<host>:<absolute path>`, several paths joined by `+`.
  String group(String host) {
    return host + ":" + String.join("+", locations());
  }

  List<Volume> volumes() {
    return volumes;
  }

  /// Each under the last part of its path, or under all of it where that would not tell them apart.
  List<NamedVolume> named(LiveDevices live) {
    Set<String> seen = new HashSet<>();
    boolean unique = volumes.stream().allMatch(volume -> seen.add(volume.identity().name()));
    List<NamedVolume> named = new ArrayList<>();
    for (Volume volume : volumes) {
      VolumeIdentity identity = volume.identity();
      String name = unique ? identity.name() : identity.location();
      Optional<InUse> use = bitmapUse(volume).or(() -> live.inUse(volume));
      named.add(new NamedVolume(name, use.map(InUse::volume).orElse(volume), use));
    }
    return named;
  }

  private Optional<InUse> bitmapUse(Volume volume) {
    return volume instanceof NbdVolume export
        ? bitmaps.map(each -> BitmapWrites.of(export, each.last, each.next))
        : Optional.empty();
  }

  /// What a person should know before it begins.
  List<String> warnings() {
    return volumes.stream()
        .filter(volume -> bitmaps.isPresent() && volume instanceof NbdVolume)
        .filter(volume -> !bitmaps.get().last.isEmpty())
        .filter(volume -> !((NbdVolume) volume).hasBitmap(bitmaps.get().last))
        .map(volume ->
            "the server shows no bitmap '"
                + bitmaps.get().last
                + "', or it is damaged or in use: everything is read")
        .toList();
  }

  @Override
  public void close() throws IOException {
    for (Volume volume : volumes) {
      volume.close();
    }
  }

  private void checkDistinct() throws UsageError {
    Set<String> seen = new HashSet<>();
    for (String location : locations()) {
      if (!seen.add(location)) {
        throw new UsageError(location + " is named twice");
      }
    }
  }

  private List<String> locations() {
    return volumes.stream().map(volume -> volume.identity().location()).toList();
  }
}
