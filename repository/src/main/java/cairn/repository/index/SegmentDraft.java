package cairn.repository.index;

import cairn.base.bytes.CorruptData;
import cairn.storage.Content;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/// A segment that is to be published: in memory when it is small, as most are, and else in a local
/// file, which is gone when this is closed.
public final class SegmentDraft implements AutoCloseable {
  /// Some 18,000 entries.
  static final long IN_MEMORY_MAX = 1 << 20;

  private final Content content;
  private final @Nullable Path file;

  private SegmentDraft(Content content, @Nullable Path file) {
    this.content = content;
    this.file = file;
  }

  /// Writes a segment.
  interface Writer {
    void write(WritableByteChannel out) throws IOException, CorruptData;
  }

  static SegmentDraft of(long size, Writer writer) throws IOException, CorruptData {
    return size <= IN_MEMORY_MAX ? inMemory((int) size, writer) : inFile(writer);
  }

  private static SegmentDraft inMemory(int size, Writer writer) throws IOException, CorruptData {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(size);
    writer.write(Channels.newChannel(bytes));
    return new SegmentDraft(Content.of(bytes.toByteArray()), null);
  }

  private static SegmentDraft inFile(Writer writer) throws IOException, CorruptData {
    Path file = Run.newFile();
    try {
      try (FileChannel out = FileChannel.open(file, StandardOpenOption.WRITE)) {
        writer.write(out);
      }
      return new SegmentDraft(Content.of(file), file);
    } catch (IOException | CorruptData | RuntimeException e) {
      Files.delete(file);
      throw e;
    }
  }

  /// Not to be used after [#close].
  public Content content() {
    return content;
  }

  @Override
  public void close() throws IOException {
    if (file != null) {
      Files.delete(file);
    }
  }
}
