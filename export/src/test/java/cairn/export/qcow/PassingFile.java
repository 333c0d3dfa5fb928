package cairn.export.qcow;

import cairn.linux.FileStatus;
import cairn.linux.RawFile;
import java.io.IOException;
import java.lang.foreign.MemorySegment;

/// Passes all calls on.
abstract class PassingFile implements RawFile {
  private final RawFile below;

  PassingFile(RawFile below) {
    this.below = below;
  }

  @Override
  public String path() {
    return below.path();
  }

  @Override
  public FileStatus status() throws IOException {
    return below.status();
  }

  @Override
  public long read(long offset, MemorySegment target) throws IOException {
    return below.read(offset, target);
  }

  @Override
  public void write(long offset, MemorySegment source) throws IOException {
    below.write(offset, source);
  }

  @Override
  public void resize(long sizeBytes) throws IOException {
    below.resize(sizeBytes);
  }

  @Override
  public void allocate(long offset, long length) throws IOException {
    below.allocate(offset, length);
  }

  @Override
  public void punchHole(long offset, long length) throws IOException {
    below.punchHole(offset, length);
  }

  @Override
  public void zeroSectors(long offset, long length) throws IOException {
    below.zeroSectors(offset, length);
  }

  @Override
  public void startWriteback(long offset, long length) throws IOException {
    below.startWriteback(offset, length);
  }

  @Override
  public void finishWriteback(long offset, long length) throws IOException {
    below.finishWriteback(offset, length);
  }

  @Override
  public void dropCache(long offset, long length) throws IOException {
    below.dropCache(offset, length);
  }

  @Override
  public void sync() throws IOException {
    below.sync();
  }

  @Override
  public void close() throws IOException {
    below.close();
  }
}
