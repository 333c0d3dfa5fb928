package cairn.engine.files;

import cairn.base.bytes.CorruptData;
import cairn.filesystem.file.Attributes;
import cairn.filesystem.file.FileName;
import cairn.filesystem.file.FileNode;
import cairn.filesystem.file.Unreadable;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HexFormat;
import java.util.Optional;

/// Finds files by their paths. Symbolic links are followed within the file system: its root is the
/// root of all that is absolute, and nothing leads out of it.
public final class FileLookup {
  private static final int LINKS_MAX = 40;
  private static final String ESCAPE = "\\x";

  private final FileNode root;
  private final Deque<Step> steps = new ArrayDeque<>();
  private final Deque<FileName> rest = new ArrayDeque<>();
  private int links;

  private record Step(FileName name, FileNode node) {}

  /// What a path leads to.
  ///
  /// @param name empty for the root
  public record Found(Optional<FileName> name, FileNode node) {
    public boolean isDirectory() {
      return node.attributes().type() == Attributes.Type.DIRECTORY;
    }
  }

  private FileLookup(FileNode root) {
    this.root = root;
  }

  /// @param path with slashes; a name that is no text may be written as [FileName#toString] does
  /// @param follow whether a symbolic link at its end is followed; it is also if the path ends with
  ///   a slash
  /// @throws NoSuchFileException when there is none
  public static Found find(FileNode root, String path, boolean follow)
      throws IOException, CorruptData, Unreadable {
    FileLookup lookup = new FileLookup(root);
    lookup.add(path.getBytes(StandardCharsets.UTF_8));
    try {
      return lookup.find(follow || path.endsWith("/"));
    } catch (NoSuchFileException e) {
      NoSuchFileException whole = new NoSuchFileException(path);
      whole.initCause(e);
      throw whole;
    }
  }

  private Found find(boolean follow) throws IOException, CorruptData, Unreadable {
    while (!rest.isEmpty()) {
      FileName name = rest.removeFirst();
      if (name.equals(FileName.of(".."))) {
        steps.pollLast();
      } else if (!name.equals(FileName.of("."))) {
        FileNode node = child(here(), name);
        if (node.attributes().type() == Attributes.Type.SYMBOLIC_LINK
            && (follow || !rest.isEmpty())) {
          followLink(node);
        } else {
          steps.addLast(new Step(name, node));
        }
      }
    }
    return new Found(Optional.ofNullable(steps.peekLast()).map(Step::name), here());
  }

  private FileNode here() {
    Step last = steps.peekLast();
    return last == null ? root : last.node;
  }

  private void followLink(FileNode link) throws IOException, CorruptData, Unreadable {
    if (++links > LINKS_MAX) {
      throw new IOException("too many symbolic links lead to each other");
    }
    byte[] target = link.target();
    if (target.length > 0 && target[0] == '/') {
      steps.clear();
    }
    add(target);
  }

  /// Goes there before all that is left.
  private void add(byte[] path) {
    int end = path.length;
    for (int i = path.length - 1; i >= -1; i--) {
      if (i < 0 || path[i] == '/') {
        if (end > i + 1) {
          rest.addFirst(new FileName(java.util.Arrays.copyOfRange(path, i + 1, end)));
        }
        end = i;
      }
    }
  }

  private static FileNode child(FileNode directory, FileName name)
      throws IOException, CorruptData, Unreadable {
    if (directory.attributes().type() != Attributes.Type.DIRECTORY) {
      throw new NoSuchFileException(name.toString());
    }
    Optional<FileNode> child = directory.child(name);
    String text = new String(name.bytes(), StandardCharsets.UTF_8);
    if (child.isEmpty() && text.contains(ESCAPE)) {
      child = directory.child(unescaped(text));
    }
    return child.orElseThrow(() -> new NoSuchFileException(name.toString()));
  }

  private static FileName unescaped(String text) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int i = 0; i < text.length(); i++) {
      if (text.startsWith(ESCAPE, i) && isHex(text, i + 2) && isHex(text, i + 3)) {
        bytes.write(HexFormat.fromHexDigits(text, i + 2, i + 4));
        i += 3;
      } else {
        bytes.writeBytes(text.substring(i, i + 1).getBytes(StandardCharsets.UTF_8));
      }
    }
    return new FileName(bytes.toByteArray());
  }

  private static boolean isHex(String text, int at) {
    return at < text.length() && HexFormat.isHexDigit(text.charAt(at));
  }
}
