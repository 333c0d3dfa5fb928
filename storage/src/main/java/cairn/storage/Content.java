package cairn.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/// The bytes of an object about to be published.
public interface Content {
  /// In bytes; [#writeTo] writes exactly this many.
  long size();

  /// Writes all bytes, in order. May be called again after a failure.
  void writeTo(WritableByteChannel target) throws IOException;

  static Content of(byte[] bytes) {
    return of(bytes, 0, bytes.length);
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
