package cairn.storage;

import java.io.IOException;
import java.nio.file.Path;

/// Everything in a directory store belongs to the owner of its folder: what root writes into a
/// store of `backup` is given to `backup`, or else the next run of `backup` could not use it.
final class Ownership {
  private final Path root;
  private final boolean waived;
  private final DirectoryOps ops;

  Ownership(Path root, boolean waived, DirectoryOps ops) {
    this.root = root;
    this.waived = waived;
    this.ops = ops;
  }

  /// Gives a new file or folder to the owner of the store.
  ///
  /// @throws IOException when that is not possible, unless waived
  void adopt(Path created) throws IOException {
    DirectoryOps.Owner wanted = ops.owner(root);
    DirectoryOps.Owner found = ops.owner(created);
    if (waived || found.uid() == wanted.uid()) {
      return;
    }
    try {
      ops.setOwner(created, wanted);
    } catch (IOException e) {
      throw new WrongOwner(root, wanted.uid(), found.uid(), e);
    }
  }

  /// Files cannot be given to the owner of the store.
  static final class WrongOwner extends IOException {
    private static final long serialVersionUID = 1;

    WrongOwner(Path root, int wanted, int found, IOException cause) {
      super(
          "the store "
              + root
              + " belongs to user "
              + wanted
              + ", but what this process writes belongs to user "
              + found
              + ": run as"
              + " the owner of the store",
          cause);
    }
  }
}
