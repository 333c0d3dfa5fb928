package cairn.volume;

import cairn.base.block.BlockSink;
import cairn.linux.BlockIoctl;
import cairn.linux.CallFailed;
import cairn.linux.Errno;
import cairn.linux.NativeFile;
import cairn.linux.RawFile;
import cairn.linux.Usage;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/// A block device that is overwritten, opened exclusively and past the page cache: a failed write
/// is told by the write, and what is read back comes from the device. What lies behind the image on
/// a larger device stays as it is.
public final class DeviceSink implements BlockSink {
  /// The ways to make zeros, from the cheapest; one that the device does not know is not tried
  /// again.
  private enum Zeroing {
    PUNCH,
    ZERO_OUT,
    WRITE
  }

  private static final Set<Integer> UNKNOWN_TO_DEVICE =
      Set.of(Errno.EOPNOTSUPP, Errno.ENOTTY, Errno.ENOSYS, Errno.EINVAL);

  // The kernel cannot be interrupted within one call.
  private static final long ZERO_BYTES_MAX = 1L << 30;

  private final RawFile device;
  private final long size;
  private final int sectorBytes;
  private final FirstFailure failure;
  private final Transfer transfer;
  private volatile Zeroing zeroing;
  private volatile boolean finished;

  /// @param sparse whether the device may give back the space of zeros
  DeviceSink(RawFile device, long size, int sectorBytes, boolean sparse) {
    this.device = device;
    this.size = size;
    this.sectorBytes = sectorBytes;
    this.failure = new FirstFailure(device.path());
    this.transfer = new Transfer(device, device.path(), sectorBytes);
    this.zeroing = sparse ? Zeroing.PUNCH : Zeroing.ZERO_OUT;
  }

  /// @throws IOException saying in one sentence why the device must not be written
  static DeviceSink open(Path path, long size, boolean sparse) throws IOException {
    checkWritable(path);
    NativeFile device = openExclusively(path);
    try {
      checkSize(path, device, size);
      return new DeviceSink(device, size, BlockIoctl.logicalSectorBytes(device), sparse);
    } catch (IOException e) {
      throw Closing.after(e, device);
    }
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public void write(long offset, byte[] source, int from, int length) throws IOException {
    expectWriting();
    Ranges.check(offset, length, size, device.path());
    failure.run(() -> transfer.write(offset, MemorySegment.ofArray(source).asSlice(from, length)));
  }

  @Override
  public void zero(long offset, long length) throws IOException {
    expectWriting();
    Ranges.check(offset, length, size, device.path());
    failure.run(() -> zeroRange(offset, length));
  }

  @Override
  public void finish() throws IOException {
    expectWriting();
    failure.run(() -> {
      try {
        device.sync();
      } catch (CallFailed e) {
        throw transfer.failed("store", 0, size, e);
      }
      finished = true;
    });
  }

  @Override
  public void readBack(long offset, byte[] target, int from, int length) throws IOException {
    if (!finished) {
      throw new IllegalStateException(device.path() + " is not finished");
    }
    Ranges.check(offset, length, size, device.path());
    transfer.read(offset, MemorySegment.ofArray(target).asSlice(from, length));
  }

  @Override
  public void close() throws IOException {
    try {
      device.close();
    } catch (CallFailed e) {
      throw transfer.failed("store", 0, size, e);
    }
  }

  private void zeroRange(long offset, long length) throws IOException {
    long end = offset + length;
    long firstSector = Math.min(end, -(-offset & -(long) sectorBytes));
    long lastSector = Math.max(firstSector, end & -(long) sectorBytes);
    transfer.zero(offset, firstSector - offset);
    long at = firstSector;
    while (at < lastSector) {
      long count = Math.min(lastSector - at, ZERO_BYTES_MAX);
      zeroSectors(at, count);
      at += count;
    }
    transfer.zero(lastSector, end - lastSector);
  }

  private void zeroSectors(long offset, long length) throws IOException {
    Zeroing way = zeroing;
    try {
      switch (way) {
        case PUNCH -> device.punchHole(offset, length);
        case ZERO_OUT -> device.zeroSectors(offset, length);
        case WRITE -> transfer.zero(offset, length);
      }
    } catch (CallFailed e) {
      if (!UNKNOWN_TO_DEVICE.contains(e.errno())) {
        throw transfer.failed("zero", offset, length, e);
      }
      zeroing = way == Zeroing.PUNCH ? Zeroing.ZERO_OUT : Zeroing.WRITE;
      zeroSectors(offset, length);
    }
  }

  private void expectWriting() {
    if (finished) {
      throw new IllegalStateException(device.path() + " is finished");
    }
  }

  private static void checkWritable(Path path) throws IOException {
    try (NativeFile device = NativeFile.open(path)) {
      Optional<String> use = Usage.live().ofDevice(device.status().device());
      if (use.isPresent()) {
        throw Sinks.refused(path, use.get() + "; end that first");
      }
      if (BlockIoctl.isReadOnly(device)) {
        throw Sinks.refused(path, "the device is read-only");
      }
    }
  }

  private static void checkSize(Path path, NativeFile device, long size) throws IOException {
    long deviceBytes = BlockIoctl.sizeBytes(device);
    if (deviceBytes < size) {
      throw Sinks.refused(path, "it has " + deviceBytes + " bytes, and the image needs " + size);
    }
  }

  private static NativeFile openExclusively(Path path) throws IOException {
    try {
      return NativeFile.open(
          path, NativeFile.Option.WRITE, NativeFile.Option.EXCLUSIVE, NativeFile.Option.DIRECT);
    } catch (CallFailed e) {
      if (e.errno() != Errno.EBUSY) {
        throw e;
      }
      throw Sinks.refused(path, "it is in use, by a mount, a device built upon it or a program", e);
    }
  }
}
