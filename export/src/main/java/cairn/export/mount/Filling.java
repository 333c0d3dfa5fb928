package cairn.export.mount;

import cairn.base.block.BlockReader;
import cairn.base.bytes.CorruptData;
import cairn.filesystem.Content;
import cairn.filesystem.Place;
import cairn.filesystem.Places;
import cairn.filesystem.file.Unreadable;
import java.io.IOException;
import java.util.List;

/// Fills the directory of a snapshot, see [Layout].
final class Filling {
  private static final String DISK_IMAGE = "disk.img";
  private static final String FILES = "files";
  private static final String IMAGE = ".img";

  private final Layout layout;
  private final Shown shown;
  private final Folder top;
  private final String prefix;

  /// @param prefix of the names of places in messages
  Filling(Layout layout, Shown shown, Folder top, String prefix) {
    this.layout = layout;
    this.shown = shown;
    this.top = top;
    this.prefix = prefix;
  }

  void run() {
    shown.volumes().forEach((name, volume) -> putImage(volume, within(top, name), DISK_IMAGE));
    Places.of(shown.volumes()).all().forEach(this::put);
  }

  private void put(Place place) {
    String container = place.container();
    if (container.isEmpty()) {
      putTree(place, within(top, place.address()), FILES);
      return;
    }
    boolean isPartition = shown.volumes().containsKey(container);
    Folder folder = top;
    for (String name : isPartition ? List.of(container) : List.of(container.split("/", -1))) {
      folder = within(folder, name);
    }
    String last = place.address().substring(place.address().lastIndexOf('/') + 1);
    putTree(place, folder, last);
    if (!isPartition && !container.contains("/") && place.bytes().isPresent()) {
      putImage(place.bytes().get(), folder, last + IMAGE);
    }
  }

  private void putImage(BlockReader bytes, Folder folder, String name) {
    folder.add(name, here(new DiskImage(layout.next(), top.origin(), bytes)));
  }

  /// Of what holds no files nothing is shown; what should hold some and is damaged is not left out.
  private void putTree(Place place, Folder folder, String name) {
    if (place.isFileSystem()) {
      try {
        folder.add(name, new Branch(new Realm(prefix + place.address()), place.files().root()));
      } catch (CorruptData | IOException | Unreadable e) {
        folder.add(name, unopened(e));
      }
    } else if (place.content() instanceof Content.Unknown unknown
        && unknown.checkable().isPresent()) {
      folder.add(name, unopened(new IOException(place.address() + ": " + unknown.why())));
    }
  }

  private Branch unopened(Exception why) {
    return here(new Unopened(layout.next(), top.origin(), why));
  }

  private Folder within(Folder folder, String name) {
    return folder
        .folder(name)
        .orElseGet(() -> {
          Folder made = new Folder(layout.next(), top.origin());
          folder.add(name, here(made));
          return made;
        });
  }

  private Branch here(Made node) {
    return new Branch(layout.realm(), node);
  }
}
