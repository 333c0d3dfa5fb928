package cairn.storage;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// The bytes of an object about to be published.
public interface Content {
  /// In bytes; [#writeTo] writes exactly this many.
  long size();

  /// Writes all bytes, in order. May be called again after a failure.
  void writeTo(WritableByteChannel target) throws IOException;

  static Content of(byte[] bytes) {
    return of(bytes, 0, bytes.length);
  }

  /// A local file, which is not to be changed before the object is published.
  ///
  /// @throws IOException when there is no such file
  static Content of(Path file) throws IOException {
    long size = Files.size(file);
    return new Content() {
      @Override
      public long size() {
        return size;
      }

      @Override
      public void writeTo(WritableByteChannel target) throws IOException {
        try (FileChannel source = FileChannel.open(file, StandardOpenOption.READ)) {
          long done = 0;
          while (done < size) {
            long moved = source.transferTo(done, size - done, target);
            if (moved == 0) {
              throw new EOFException(file + " became shorter while it was published");
            }
            done += moved;
          }
        }
      }
    };
  }

  /// `bytes[from, from + length)`; not copied, so not to be changed before the object is published.
  static Content of(byte[] bytes, int from, int length) {
    return new Content() {
      @Override
      public long size() {
        return length;
      }

      @Override
      public void writeTo(WritableByteChannel target) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes, from, length);
        while (buffer.hasRemaining()) {
          target.write(buffer);
        }
      }
    };
  }
}
