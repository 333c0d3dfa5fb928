package cairn.volume;

import cairn.linux.CallFailed;
import cairn.linux.FileLock;
import cairn.linux.FileStatus;
import cairn.linux.NativeFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Partial files that nobody makes any more: their process was killed, or the power went. Whoever
/// makes one holds a lock of it, which ends with the process; what cannot be locked is left alone,
/// as is everything on a file system without locks.
final class Leftovers {
  /// A name may have 255 bytes; characters may have four.
  private static final int NAME_LENGTH_MAX = 50;

  private static final NativeFile.Option[] WRITE = {NativeFile.Option.WRITE};

  private Leftovers() {}

  /// What a file is called until it becomes `target`.
  static String name(Path target, int attempt) {
    String run = Long.toString(ProcessHandle.current().pid(), 36) + "-" + attempt;
    return start(target) + run + ".partial";
  }

  private static String start(Path target) {
    Path fileName = target.getFileName();
    String name = fileName == null ? "" : fileName.toString();
    if (name.length() > NAME_LENGTH_MAX) {
      String rest = Integer.toHexString(name.hashCode());
      name = name.substring(0, NAME_LENGTH_MAX - 1 - rest.length()) + "-" + rest;
    }
    return "." + name + ".cairn-";
  }

  /// Keeps others from taking a new file for one that was left.
  ///
  /// @param hold the file, opened for this
  /// @return false when another was about to remove it, or has
  static boolean hold(NativeFile hold, Path partial) throws IOException {
    boolean taken;
    try {
      taken = FileLock.tryTake(hold);
    } catch (CallFailed e) {
      return true; // nobody can lock it here, so that nobody removes it
    }
    return taken && isAt(hold, partial);
  }

  private static boolean isAt(NativeFile file, Path path) throws IOException {
    return Files.exists(path, LinkOption.NOFOLLOW_LINKS)
        && FileStatus.of(path).isSameFile(file.status());
  }

  /// @return what was removed of the files that were to become `target`
  static List<Path> remove(Path target) throws IOException {
    Path folder = target.getParent();
    if (folder == null || !Files.isReadable(folder) || !Files.isDirectory(folder)) {
      return List.of(); // whoever writes there will say why not
    }
    Pattern names = Pattern.compile(Pattern.quote(start(target)) + "[0-9a-z]+-[0-9]+\\.partial");
    List<Path> found;
    try (Stream<Path> files = Files.list(folder)) {
      found = files.filter(file -> names.matcher("" + file.getFileName()).matches()).toList();
    }
    List<Path> removed = new ArrayList<>();
    for (Path each : found) {
      if (removeIfLeft(each)) {
        removed.add(each);
      }
    }
    return removed;
  }

  private static boolean removeIfLeft(Path path) throws IOException {
    boolean isFolder = Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
    if (!isFolder && !Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
      return false;
    }
    NativeFile.Option[] options = isFolder ? new NativeFile.Option[0] : WRITE;
    try (NativeFile file = NativeFile.open(path, options)) {
      if (!FileLock.tryTake(file) || !isAt(file, path)) {
        return false;
      }
      if (isFolder) {
        removeContent(path);
      }
      return Files.deleteIfExists(path);
    } catch (CallFailed e) {
      return false;
    }
  }

  private static void removeContent(Path folder) throws IOException {
    List<Path> inside;
    try (Stream<Path> files = Files.list(folder)) {
      inside = files.toList();
    }
    for (Path each : inside) {
      Files.delete(each);
    }
  }
}
