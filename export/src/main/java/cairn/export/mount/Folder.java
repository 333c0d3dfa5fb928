package cairn.export.mount;

import cairn.filesystem.file.Attributes;
import cairn.filesystem.file.FileName;
import cairn.filesystem.file.FileNode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A directory that was made here.
final class Folder extends Made {
  private static final int PERMISSIONS = 0555;

  private final Map<FileName, Branch> branches = new LinkedHashMap<>();
  private @Nullable Consumer<Folder> filling;

  Folder(long number, Origin origin) {
    super(number, origin);
  }

  /// To be filled when somebody looks.
  Folder filledBy(Consumer<Folder> how) {
    this.filling = how;
    return this;
  }

  /// That has this name.
  synchronized Optional<Folder> folder(String name) {
    Branch known = branches.get(FileName.of(plain(name)));
    return known != null && known.node() instanceof Folder folder
        ? Optional.of(folder)
        : Optional.empty();
  }

  private static String plain(String name) {
    return name.replace('/', '_').replace('\0', '_');
  }

  /// Under this name, or one like it when it is taken.
  synchronized void add(String name, Branch branch) {
    String free = plain(name);
    while (!FileName.of(free).isProper() || branches.containsKey(FileName.of(free))) {
      free += "~";
    }
    branches.put(FileName.of(free), branch);
  }

  synchronized Map<FileName, Branch> branches() {
    Consumer<Folder> how = filling;
    if (how != null) {
      fill(how);
    }
    return branches;
  }

  /// What was filled in part would look like all of it.
  private void fill(Consumer<Folder> how) {
    filling = null;
    try {
      how.accept(this);
    } catch (RuntimeException | Error e) {
      branches.clear();
      filling = how;
      throw e;
    }
  }

  @Override
  public Attributes attributes() {
    return attributes(Attributes.Type.DIRECTORY, PERMISSIONS, 0, 2);
  }

  @Override
  public void visit(EntryVisitor visitor) {
    throw new IllegalStateException("its entries are branches");
  }

  @Override
  public Optional<FileNode> child(FileName name) {
    throw new IllegalStateException("its entries are branches");
  }
}
