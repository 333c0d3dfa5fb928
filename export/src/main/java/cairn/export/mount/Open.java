package cairn.export.mount;

import java.io.Closeable;
import java.io.IOException;

/// What a handle stands for.
sealed interface Open extends Closeable permits OpenFile, OpenDirectory {
  @Override
  default void close() throws IOException {}
}
