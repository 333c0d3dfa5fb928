package cairn.engine.files;

import cairn.base.bytes.CorruptData;
import cairn.engine.files.Shortfalls.Kind;
import cairn.filesystem.file.Attributes;
import cairn.filesystem.file.FileName;
import cairn.filesystem.file.FileNode;
import cairn.filesystem.file.Unreadable;
import cairn.linux.CallFailed;
import cairn.linux.OpenNode;
import java.io.IOException;
import java.util.Map;

/// Gives copies what belongs to a node beside its content. Its order matters: a change of the owner
/// takes permissions and capabilities away, a change of permissions changes access lists, and
/// everything changes times.
final class Likeness {
  private static final long SAME_USER = -1;

  /// Set-user-ID and set-group-ID.
  private static final int SET_ID = 06000;

  private final Troubles troubles;
  private final Shortfalls shortfalls;

  Likeness(Troubles troubles, Shortfalls shortfalls) {
    this.troubles = troubles;
    this.shortfalls = shortfalls;
  }

  /// @param path of the original, for a person to read
  void give(String path, FileNode from, OpenNode to) throws IOException {
    Attributes attributes = from.attributes();
    boolean owned = giveOwner(path, attributes.owner(), to);
    if (attributes.type() != Attributes.Type.SYMBOLIC_LINK) {
      // For another user than it was made for, it would be a trap.
      int permissions = attributes.permissions() & (owned ? ~0 : ~SET_ID);
      attempt(Kind.PERMISSIONS, path, () -> to.changePermissions(permissions));
    }
    giveExtendedAttributes(path, from, to);
    Attributes.Times times = attributes.times();
    attempt(Kind.TIMES, path, () -> to.setTimes(times.accessed(), times.modified()));
  }

  private boolean giveOwner(String path, Attributes.Owner owner, OpenNode to) throws IOException {
    if (attempt(Kind.OWNER, path, () -> to.changeOwner(owner.user(), owner.group()))) {
      return true;
    }
    try {
      to.changeOwner(SAME_USER, owner.group());
    } catch (CallFailed e) {
      return false; // counted already
    }
    return false;
  }

  private void giveExtendedAttributes(String path, FileNode from, OpenNode to) throws IOException {
    Map<FileName, byte[]> attributes;
    try {
      attributes = from.extendedAttributes();
    } catch (CorruptData e) {
      troubles.damage(path, "its extended attributes are missing: ", e);
      return;
    } catch (IOException | Unreadable e) {
      troubles.failure(path, "its extended attributes are missing: ", e);
      return;
    }
    for (Map.Entry<FileName, byte[]> each : attributes.entrySet()) {
      byte[] name = each.getKey().bytes();
      String which = each.getKey() + " of " + path;
      attempt(Kind.ATTRIBUTE, which, () -> to.setAttribute(name, each.getValue()));
    }
  }

  private interface Step {
    void run() throws IOException;
  }

  private boolean attempt(Kind kind, String what, Step step) throws IOException {
    try {
      step.run();
      return true;
    } catch (CallFailed e) {
      shortfalls.add(kind, what, e);
      return false;
    }
  }
}
