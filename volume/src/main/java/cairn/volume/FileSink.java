package cairn.volume;

import java.io.IOException;
import java.nio.file.Path;

/// An image file in the making, raw: the file is the disk. See [PartialFile] for what becomes of
/// it.
public final class FileSink implements ImageSink {
  private enum State {
    WRITING,
    FINISHED,
    CLOSED
  }

  private final PartialFile file;
  private final long size;
  private final boolean readsAsZeros;
  private final FirstFailure failure;
  private boolean provenAndPublishedLater;

  private volatile State state = State.WRITING;

  /// @param file new and empty
  FileSink(PartialFile file, long size, boolean sparse) throws IOException {
    this.file = file;
    this.size = size;
    this.failure = new FirstFailure(file.target().toString());
    file.resize(size);
    this.readsAsZeros = sparse || size == 0 || file.allocate();
  }

  /// @throws IOException also when there is no room for a file that is not to be sparse
  static FileSink create(PartialFile file, long size, boolean sparse) throws IOException {
    try {
      return new FileSink(file, size, sparse);
    } catch (IOException e) {
      throw Closing.after(e, file);
    }
  }

  /// All of it will be read back by [#finish()], and it has its name only after [#publish()].
  FileSink provenAndPublishedLater() {
    provenAndPublishedLater = true;
    file.rememberSums();
    return this;
  }

  /// Where its bytes lie now: other programs may change them once it is finished, as long as it has
  /// no name.
  public Path path() {
    return file.path();
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public void write(long offset, byte[] source, int from, int length) throws IOException {
    expect(State.WRITING);
    Ranges.check(offset, length, size, file.target().toString());
    failure.run(() -> file.write(offset, source, from, length));
  }

  /// Nothing to do where the new file reads as zeros already, as each byte is written once at most.
  @Override
  public void zero(long offset, long length) throws IOException {
    expect(State.WRITING);
    Ranges.check(offset, length, size, file.target().toString());
    failure.run(() -> {
      if (!readsAsZeros) {
        file.zero(offset, length);
      }
    });
  }

  @Override
  public void finish() throws IOException {
    expect(State.WRITING);
    failure.run(() -> {
      file.store();
      if (provenAndPublishedLater) {
        file.prove();
      } else {
        file.publish();
      }
      state = State.FINISHED;
    });
  }

  @Override
  public void publish() throws IOException {
    expect(State.FINISHED);
    failure.run(file::publish);
  }

  /// From the disk, past the page cache where the file system can do that.
  @Override
  public void readBack(long offset, byte[] target, int from, int length) throws IOException {
    expect(State.FINISHED);
    Ranges.check(offset, length, size, file.target().toString());
    file.read(offset, target, from, length);
  }

  @Override
  public void close() throws IOException {
    state = State.CLOSED;
    file.close();
  }

  private void expect(State wanted) {
    if (state != wanted) {
      throw new IllegalStateException(file.target() + " is " + state + ", not " + wanted);
    }
  }
}
