package cairn.volume;

import cairn.base.block.Extent;
import cairn.base.block.Extent.State;
import cairn.linux.CallFailed;
import cairn.linux.Errno;
import cairn.linux.FileLock;
import cairn.linux.FileStatus;
import cairn.linux.NativeFile;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// An image file. Read through the page cache; its holes are known where the file system tells
/// them.
public final class FileVolume implements Volume {
  /// The byte that QEMU locks while it may write to an image (`block/file-posix.c`, the base of
  /// permissions and the second of them).
  private static final long QEMU_WRITE_LOCK = 100 + 1;

  private final NativeFile file;
  private final VolumeIdentity identity;
  private final Instant modified;
  private final Transfer transfer;

  private FileVolume(NativeFile file, VolumeIdentity identity, Instant modified) {
    this.file = file;
    this.identity = identity;
    this.modified = modified;
    this.transfer = new Transfer(file, file.path(), 1);
  }

  static FileVolume open(Path path) throws IOException {
    NativeFile file = NativeFile.open(path);
    try {
      FileStatus status = file.status();
      file.expectSequentialReads();
      VolumeIdentity identity =
          VolumeIdentity.of(VolumeIdentity.Kind.FILE, path, status.sizeBytes(), Optional.empty());
      return new FileVolume(file, identity, status.modified());
    } catch (IOException e) {
      throw Closing.after(e, file);
    }
  }

  @Override
  public VolumeIdentity identity() {
    return identity;
  }

  @Override
  public long size() {
    return identity.sizeBytes();
  }

  @Override
  public int blockSize() {
    return BLOCK_BYTES;
  }

  /// A hole is what the file system says; where it says nothing, all is data.
  @Override
  public List<Extent> extents(long offset, long length) throws IOException {
    Ranges.check(offset, length, size(), file.path());
    List<Extent> extents = new ArrayList<>();
    long end = offset + length;
    long at = offset;
    while (at < end) {
      long data = Math.min(end, nextData(at));
      if (data > at) {
        extents.add(new Extent(at, data - at, State.HOLE));
      }
      if (data < end) {
        long hole = Math.min(end, nextHole(data));
        extents.add(new Extent(data, hole - data, State.DATA));
        data = hole;
      }
      at = data;
    }
    // What lies past the end of a file that became smaller looks like a hole and is none.
    long now = file.status().sizeBytes();
    if (now < end) {
      throw Transfer.endsEarly(file.path(), now, end);
    }
    return extents;
  }

  @Override
  public void read(long offset, byte[] target, int from, int length) throws IOException {
    read(offset, MemorySegment.ofArray(target).asSlice(from, length));
  }

  @Override
  public void read(long offset, MemorySegment target) throws IOException {
    Ranges.check(offset, target.byteSize(), size(), file.path());
    transfer.read(offset, target);
  }

  @Override
  public void expectScatteredReads() throws IOException {
    file.expectScatteredReads();
  }

  @Override
  public void checkUnchanged() throws IOException {
    SizeChanged.check(file.path(), size(), file.status().sizeBytes());
  }

  @Override
  public boolean wasWritten() throws IOException {
    return !file.status().modified().equals(modified);
  }

  FileStatus status() throws IOException {
    return file.status();
  }

  /// Whether a process of QEMU has it open to write. Where the file system knows no locks, nobody
  /// is seen.
  boolean isWrittenByQemu() throws IOException {
    try {
      return FileLock.isHeldElsewhere(file, QEMU_WRITE_LOCK);
    } catch (CallFailed e) {
      return false;
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
  }

  private long nextData(long offset) throws IOException {
    try {
      return file.nextData(offset);
    } catch (CallFailed e) {
      return e.errno() == Errno.ENXIO ? Long.MAX_VALUE : offset;
    }
  }

  private long nextHole(long offset) throws IOException {
    try {
      long hole = file.nextHole(offset);
      return hole > offset ? hole : Long.MAX_VALUE;
    } catch (CallFailed e) {
      return Long.MAX_VALUE;
    }
  }
}
