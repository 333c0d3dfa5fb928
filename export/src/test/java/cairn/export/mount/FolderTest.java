package cairn.export.mount;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import cairn.filesystem.file.Attributes;
import cairn.filesystem.file.FileName;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/// Directories that are filled when somebody looks.
class FolderTest {
  private static final Made.Origin ORIGIN =
      new Made.Origin(new Attributes.Owner(0, 0), Instant.EPOCH);

  /// A directory that is there in part would look whole.
  @Test
  void whatCannotBeFilledIsTriedAgain() {
    AtomicInteger tries = new AtomicInteger();
    Folder folder =
        new Folder(1, ORIGIN)
            .filledBy(it -> {
              it.add("first", new Branch(new Realm("mount"), new Folder(2, ORIGIN)));
              if (tries.incrementAndGet() == 1) {
                throw new OutOfMemoryError("none left");
              }
              it.add("second", new Branch(new Realm("mount"), new Folder(3, ORIGIN)));
            });
    assertThatThrownBy(folder::branches).isInstanceOf(OutOfMemoryError.class);
    for (int i = 0; i < 2; i++) {
      assertThat(folder.branches()).containsOnlyKeys(FileName.of("first"), FileName.of("second"));
    }
    assertThat(tries).hasValue(2);
  }
}
