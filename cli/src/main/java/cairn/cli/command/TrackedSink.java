package cairn.cli.command;

import cairn.base.block.BlockSink;
import cairn.linux.NameNotStored;
import cairn.volume.DeviceSink;
import java.io.IOException;

/// A sink that knows in what state its target is, for the day when the restore fails.
final class TrackedSink implements BlockSink {
  private final BlockSink sink;
  private final String target;
  private volatile boolean finished;

  TrackedSink(BlockSink sink, String target) {
    this.sink = sink;
    this.target = target;
  }

  /// What a person should know of the target when nothing more is written to it.
  String state() {
    if (finished) {
      return target + " is written, but was not verified to the end";
    }
    return sink instanceof DeviceSink
        ? target + " is overwritten in part and must not be used: restore to it again"
        : target + " is as it was before";
  }

  @Override
  public long size() {
    return sink.size();
  }

  @Override
  public void write(long offset, byte[] source, int from, int length) throws IOException {
    sink.write(offset, source, from, length);
  }

  @Override
  public void zero(long offset, long length) throws IOException {
    sink.zero(offset, length);
  }

  @Override
  public void finish() throws IOException {
    try {
      sink.finish();
    } catch (NameNotStored e) {
      finished = true;
      throw e;
    }
    finished = true;
  }

  @Override
  public void readBack(long offset, byte[] bytes, int from, int length) throws IOException {
    sink.readBack(offset, bytes, from, length);
  }

  @Override
  public void close() throws IOException {
    sink.close();
  }
}
