package cairn.filesystem.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cairn.base.bytes.CorruptData;
import cairn.filesystem.file.Attributes;
import cairn.filesystem.file.FileName;
import cairn.filesystem.file.FileNode;
import cairn.filesystem.file.Unreadable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A directory with a file in its middle whose inode is damaged.
public final class LostFile {
  public static final String NAME = "five";
  private static final List<String> NAMES = List.of("one", "three", NAME, "seven", "nine");

  private final List<String> told = new ArrayList<>();
  private final List<FileNode.Lost> lost = new ArrayList<>();

  /// The name of each file is its content, too.
  ///
  /// @return the number of the file whose inode is to be damaged
  public static long fill(Path directory) throws IOException {
    for (String name : NAMES) {
      Files.writeString(directory.resolve(name), name.equals(NAME) ? NAME + NAME : "");
    }
    return ((Number) Files.getAttribute(directory.resolve(NAME), "unix:ino")).longValue();
  }

  /// All names are told, and only what leads to the damage is an error.
  public static void check(FileNode directory, long number)
      throws IOException, CorruptData, Unreadable {
    LostFile visit = new LostFile();
    directory.visit(visit.visitor());
    assertThat(visit.told).containsAll(NAMES);
    assertThat(visit.lost).hasSize(1);
    assertThat(visit.lost.getFirst().id().number()).isEqualTo(number);
    assertThat(visit.lost.getFirst().type()).contains(Attributes.Type.REGULAR);
    assertThat(visit.lost.getFirst().why()).isInstanceOf(CorruptData.class);
    assertThat(directory.child(FileName.of("nine"))).isPresent();
    assertThatThrownBy(() -> directory.child(FileName.of(NAME))).isInstanceOf(CorruptData.class);
    assertThatThrownBy(() -> directory.visit((name, node) -> {})).isInstanceOf(CorruptData.class);
  }

  private FileNode.EntryVisitor visitor() {
    return new FileNode.EntryVisitor() {
      @Override
      public void entry(FileName name, FileNode node) {
        told.add(name.toString());
      }

      @Override
      public void lost(FileName name, FileNode.Lost node) {
        told.add(name.toString());
        lost.add(node);
      }
    };
  }
}
