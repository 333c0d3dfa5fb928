package cairn.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RenameTest {
  @TempDir private Path directory;

  @Test
  void takesAFreeNameOnly() throws IOException {
    Path from = Files.writeString(directory.resolve("from"), "new");
    Path to = Files.writeString(directory.resolve("to"), "old");
    assertThatThrownBy(() -> Rename.toFreeName(from, to)).hasMessageContaining("EEXIST");
    assertThat(to).hasContent("old");
    Files.delete(to);
    Rename.toFreeName(from, to);
    assertThat(to).hasContent("new");
    assertThat(from).doesNotExist();
  }

  @Test
  void replacesWhenTold() throws IOException {
    Path from = Files.writeString(directory.resolve("from"), "new");
    Path to = Files.writeString(directory.resolve("to"), "old");
    Rename.replacing(from, to);
    assertThat(to).hasContent("new");
    assertThat(from).doesNotExist();
  }
}
