package cairn.export.mount;

import cairn.export.mount.Made.Origin;
import cairn.filesystem.file.Attributes;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/// Where what is shown lies. Of one snapshot, in the directory itself; of several, in a directory
/// for each:
///
/// ```
/// sda/disk.img      the volume
/// sda/p1            the tree of a file system on a partition
/// data/files        the tree of a file system on the volume itself
/// group/root        the tree of a file system on a logical volume
/// group/root.img    the logical volume
/// ```
final class Layout {
  private final Realm here = new Realm("mount");
  private final AtomicLong numbers = new AtomicLong();

  /// Of the nodes that were made here.
  Realm realm() {
    return here;
  }

  /// The topmost directory; the first that is made, so that it has the number that the kernel
  /// wants.
  Branch root(List<Shown> all, Attributes.Owner owner) {
    Shown last = all.getLast();
    Folder root = new Folder(next(), new Origin(owner, last.time()));
    if (all.size() == 1) {
      root.filledBy(folder -> new Filling(this, last, folder, "").run());
    } else {
      for (Shown shown : all) {
        Folder folder = new Folder(next(), new Origin(owner, shown.time()));
        folder.filledBy(it -> new Filling(this, shown, it, shown.name() + "/").run());
        root.add(shown.name(), new Branch(here, folder));
      }
    }
    return new Branch(here, root);
  }

  /// A number for a node that is made here.
  long next() {
    return numbers.incrementAndGet();
  }
}
