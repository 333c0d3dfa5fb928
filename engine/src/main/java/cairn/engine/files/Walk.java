package cairn.engine.files;

import cairn.base.bytes.CorruptData;
import cairn.engine.Cancellation;
import cairn.filesystem.file.Attributes;
import cairn.filesystem.file.FileName;
import cairn.filesystem.file.FileNode;
import cairn.filesystem.file.Unreadable;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Goes through directories and all that is below them. What cannot be read is told of, and the
/// rest goes on.
///
/// @param <C> what the visitor keeps of a directory while its entries are told
public final class Walk<C> {
  /// No path that a program can name leads deeper.
  static final int DEPTH_MAX = 2048;

  private final Cancellation cancellation;
  private final Troubles troubles;
  private final Visitor<C> visitor;
  private final Deque<Step<C>> steps = new ArrayDeque<>();
  private final Set<FileNode.Id> seen = new HashSet<>();

  /// A directory to go into.
  private record Step<C>(C above, Met directory, int depth) {}

  /// Is told what is met, on one thread.
  ///
  /// @param <C> what it keeps of a directory while its entries are told
  public interface Visitor<C> {
    /// An entry of a directory, which may be a directory itself.
    void entry(C here, Met entry) throws IOException;

    /// A directory among the entries of this one will be entered later.
    default void expect(C here) {}

    /// Now it is entered.
    ///
    /// @return what to keep of it; empty to leave it out
    Optional<C> enter(C above, Met directory) throws IOException;

    /// All entries that could be read were told.
    default void leave(C here) throws IOException {}
  }

  public Walk(Cancellation cancellation, Troubles troubles, Visitor<C> visitor) {
    this.cancellation = cancellation;
    this.troubles = troubles;
    this.visitor = visitor;
  }

  /// @param here what the visitor keeps of the topmost directory, which is not told
  /// @param deep also what is below its directories
  /// @throws Cancellation.Cancelled when a person wanted to stop
  public void run(C here, Met directory, boolean deep) throws IOException {
    seen.add(directory.node().id());
    tell(here, directory, 0, deep);
    while (!steps.isEmpty()) {
      Step<C> step = steps.pop();
      Optional<C> entered = visitor.enter(step.above, step.directory);
      if (entered.isPresent()) {
        tell(entered.get(), step.directory, step.depth, deep);
      }
    }
  }

  private void tell(C here, Met directory, int depth, boolean deep) throws IOException {
    List<Met> below = new ArrayList<>();
    try {
      directory.node().visit(new Entries(here, directory, deep ? depth + 1 : 0, below));
    } catch (Cancellation.Cancelled | TargetFailed e) {
      throw e;
    } catch (CorruptData e) {
      troubles.damage(directory.path(), "some of its entries are missing: ", e);
    } catch (IOException | Unreadable e) {
      troubles.failure(directory.path(), "some of its entries are missing: ", e);
    }
    visitor.leave(here);
    below.reversed().forEach(entry -> steps.push(new Step<>(here, entry, depth + 1)));
  }

  /// Those of one directory.
  private final class Entries implements FileNode.EntryVisitor {
    private final C here;
    private final Met directory;
    private final int depth;
    private final List<Met> below;

    /// @param depth of the directories among them; 0 when none is to be entered
    /// @param below is told which are
    Entries(C here, Met directory, int depth, List<Met> below) {
      this.here = here;
      this.directory = directory;
      this.depth = depth;
      this.below = below;
    }

    @Override
    public void entry(FileName name, FileNode node) throws IOException {
      cancellation.check();
      Met entry = directory.below(name, node);
      if (!name.isProper()) {
        troubles.unknown(entry.path(), "no file may have this name");
        return;
      }
      visitor.entry(here, entry);
      if (depth > 0 && entry.isDirectory() && mayEnter(entry, depth)) {
        visitor.expect(here);
        below.add(entry);
      }
    }

    @Override
    public void lost(FileName name, FileNode.Lost node) throws IOException {
      cancellation.check();
      troubles.failure(directory.pathOf(name), "", node.why());
    }
  }

  /// A damaged directory may lie in itself, or twice in each of a chain.
  private boolean mayEnter(Met directory, int depth) {
    if (depth > DEPTH_MAX) {
      troubles.unknown(directory.path(), "it lies deeper than " + DEPTH_MAX + " directories");
      return false;
    }
    if (!seen.add(directory.node().id())) {
      troubles.unknown(directory.path(), "it is a directory that has another name too");
      return false;
    }
    return true;
  }

  /// A node that was met.
  ///
  /// @param path for a person to read
  public record Met(String path, FileName name, FileNode node) {
    public boolean isDirectory() {
      return node.attributes().type() == Attributes.Type.DIRECTORY;
    }

    Met below(FileName entry, FileNode its) {
      return new Met(pathOf(entry), entry, its);
    }

    private String pathOf(FileName entry) {
      return path.endsWith("/") ? path + entry : path + "/" + entry;
    }
  }
}
