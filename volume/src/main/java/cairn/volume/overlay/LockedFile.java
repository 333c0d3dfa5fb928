package cairn.volume.overlay;

import cairn.linux.FileStatus;
import cairn.linux.RawFile;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;

/// A file together with the lock that keeps others from it.
record LockedFile(RawFile file, FileChannel lock) implements RawFile {
  @Override
  public String path() {
    return file.path();
  }

  @Override
  public FileStatus status() throws IOException {
    return file.status();
  }

  @Override
  public long read(long offset, MemorySegment target) throws IOException {
    return file.read(offset, target);
  }

  @Override
  public void write(long offset, MemorySegment source) throws IOException {
    file.write(offset, source);
  }

  @Override
  public void resize(long sizeBytes) throws IOException {
    file.resize(sizeBytes);
  }

  @Override
  public void allocate(long offset, long length) throws IOException {
    file.allocate(offset, length);
  }

  @Override
  public void punchHole(long offset, long length) throws IOException {
    file.punchHole(offset, length);
  }

  @Override
  public void zeroSectors(long offset, long length) throws IOException {
    file.zeroSectors(offset, length);
  }

  @Override
  public void startWriteback(long offset, long length) throws IOException {
    file.startWriteback(offset, length);
  }

  @Override
  public void finishWriteback(long offset, long length) throws IOException {
    file.finishWriteback(offset, length);
  }

  @Override
  public void dropCache(long offset, long length) throws IOException {
    file.dropCache(offset, length);
  }

  @Override
  public void sync() throws IOException {
    file.sync();
  }

  /// The file first, so that whoever gets the lock next finds it closed.
  @Override
  public void close() throws IOException {
    try {
      file.close();
    } finally {
      lock.close();
    }
  }
}
