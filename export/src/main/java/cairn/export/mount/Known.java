package cairn.export.mount;

import cairn.base.bytes.CorruptData;
import cairn.filesystem.file.Attributes;
import cairn.filesystem.file.FileName;
import cairn.filesystem.file.FileNode;
import cairn.filesystem.file.Unreadable;
import cairn.linux.DeviceNumber;
import cairn.linux.fuse.FuseTree;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A node that the kernel knows, or may get to know. It may let go of what its reader holds of it,
/// and finds that again by its name.
final class Known {
  private final long number;
  private final Realm realm;
  private final int type;
  private final @Nullable Origin origin;
  private volatile @Nullable FileNode node;

  /// Where it can be found again.
  private record Origin(Known directory, FileName name) {}

  private Known(long number, Branch branch, @Nullable Origin origin) {
    this.number = number;
    this.realm = branch.realm();
    this.type = branch.node().attributes().type().mode() >>> 12;
    this.origin = origin;
    this.node = branch.node();
  }

  static Known root(Branch branch) {
    return new Known(FuseTree.ROOT, branch, null);
  }

  /// An entry of this directory.
  Known entry(FileName name, Branch branch, InodeNumbers numbers) {
    return new Known(numbers.of(branch), branch, new Origin(this, name));
  }

  long number() {
    return number;
  }

  /// The bits of the mode that say so, shifted down.
  int type() {
    return type;
  }

  boolean isDirectory() {
    return type == Attributes.Type.DIRECTORY.mode() >>> 12;
  }

  boolean isFile() {
    return type == Attributes.Type.REGULAR.mode() >>> 12;
  }

  /// Whether it lies in a directory of the same realm, so that it can be found again.
  boolean canLetGo() {
    return origin != null && origin.directory.realm == realm && !(node instanceof Made);
  }

  void letGo() {
    node = null;
  }

  /// The entry of a directory by which the kernel knows it; empty for the root.
  Optional<FuseTree.Entry> entry() {
    return Optional.ofNullable(origin)
        .map(from -> new FuseTree.Entry(from.directory.number, from.name.bytes()));
  }

  /// @throws IOException also when it is not found again
  FileNode node() throws IOException, CorruptData, Unreadable {
    FileNode held = node;
    if (held != null) {
      return held;
    }
    if (origin == null) {
      throw new IllegalStateException("the root is never let go of");
    }
    FileNode found =
        origin
            .directory
            .node()
            .child(origin.name)
            .orElseThrow(() -> new IOException(origin.name + " is not found again"));
    node = found;
    return found;
  }

  /// An entry of this directory, if there is one.
  Optional<Branch> child(FileName name) throws IOException, CorruptData, Unreadable {
    FileNode directory = node();
    if (directory instanceof Folder folder) {
      return Optional.ofNullable(folder.branches().get(name));
    }
    return directory.child(name).map(child -> new Branch(realm, child));
  }

  /// Tells all entries of this directory.
  void visit(BranchVisitor visitor) throws IOException, CorruptData, Unreadable {
    FileNode directory = node();
    if (directory instanceof Folder folder) {
      folder.branches().forEach(visitor::entry);
    } else {
      directory.visit(
          new FileNode.EntryVisitor() {
            @Override
            public void entry(FileName name, FileNode child) {
              visitor.entry(name, new Branch(realm, child));
            }

            @Override
            public void lost(FileName name, FileNode.Lost child) {
              visitor.lost(name, realm, child);
            }
          });
    }
  }

  /// Is told the entries of a directory.
  interface BranchVisitor {
    void entry(FileName name, Branch child);

    /// One that leads to what cannot be read, as a look-up will find out.
    void lost(FileName name, Realm realm, FileNode.Lost child);
  }

  FuseTree.Stat stat() throws IOException, CorruptData, Unreadable {
    FileNode held = node();
    Attributes attributes = held.attributes();
    Attributes.Times times = attributes.times();
    return new FuseTree.Stat(
        number,
        attributes.type().mode() | attributes.permissions(),
        attributes.links(),
        new FuseTree.Owner(attributes.owner().user(), attributes.owner().group()),
        attributes.size(),
        held.allocated(),
        new DeviceNumber(attributes.device().major(), attributes.device().minor()),
        new FuseTree.Times(times.accessed(), times.modified(), times.changed()));
  }

  /// For messages.
  @Override
  public String toString() {
    return origin == null
        ? realm.toString()
        : origin.directory.realm == realm ? origin.directory + "/" + origin.name : realm.toString();
  }
}
