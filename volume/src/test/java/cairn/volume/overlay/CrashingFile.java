package cairn.volume.overlay;

import cairn.linux.CallFailed;
import cairn.linux.DeviceNumber;
import cairn.linux.Errno;
import cairn.linux.FileStatus;
import cairn.linux.RawFile;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// A sparse file in memory that keeps apart what is durable and what is not. At a chosen call the
/// machine loses its power; then each sector that was not synced is as it was or as any of the
/// writes to it left it: of each write all may be there, or nothing, or some.
final class CrashingFile implements RawFile {
  static final int SECTOR_BYTES = 512;

  private final Map<Long, byte[]> durable;
  private final Map<Long, byte[]> cached;
  private final List<List<Map.Entry<Long, byte[]>>> unsynced = new ArrayList<>();
  private long size;
  private long callsLeft = Long.MAX_VALUE;
  private int errno;
  private boolean syncFails;
  private @Nullable Beside beside;

  CrashingFile() {
    this(new HashMap<>(), 0);
  }

  private CrashingFile(Map<Long, byte[]> durable, long size) {
    this.durable = durable;
    this.cached = new HashMap<>(durable);
    this.size = size;
  }

  /// The power is lost at the call after so many that change something.
  CrashingFile losingPowerAfter(long calls) {
    callsLeft = calls;
    return this;
  }

  /// Calls that take room fail with this from now on; 0 ends that.
  void failWritesWith(int newErrno) {
    errno = newErrno;
  }

  /// The next sync fails, and the kernel forgets that there was something to write.
  void failNextSync() {
    syncFails = true;
  }

  /// What somebody else does while a sync runs.
  interface Beside {
    void run() throws IOException;
  }

  /// Happens within the next sync, after all that had been written before is durable.
  void besideNextSync(Beside action) {
    beside = action;
  }

  /// What is on the disk afterwards.
  CrashingFile afterCrash(RandomGenerator random) {
    Map<Long, byte[]> left = new HashMap<>(durable);
    for (List<Map.Entry<Long, byte[]>> call : unsynced) {
      int kept = random.nextInt(3);
      for (Map.Entry<Long, byte[]> sector : call) {
        if (kept == 0 || (kept == 1 && random.nextBoolean())) {
          left.put(sector.getKey(), sector.getValue());
        }
      }
    }
    return new CrashingFile(left, size);
  }

  /// The same file, opened once more without a crash.
  CrashingFile reopened() {
    return new CrashingFile(new HashMap<>(cached), size);
  }

  @Override
  public String path() {
    return "overlay";
  }

  @Override
  public FileStatus status() {
    DeviceNumber none = new DeviceNumber(0, 0);
    return new FileStatus(FileStatus.Type.REGULAR, size, 0, Instant.EPOCH, none, none, 1);
  }

  @Override
  public synchronized long read(long offset, MemorySegment target) {
    long count = Math.clamp(size - offset, 0, target.byteSize());
    for (long at = offset; at < offset + count; at++) {
      byte[] sector = cached.get(at / SECTOR_BYTES);
      byte octet = sector == null ? 0 : sector[(int) (at % SECTOR_BYTES)];
      target.set(ValueLayout.JAVA_BYTE, at - offset, octet);
    }
    return count;
  }

  @Override
  public synchronized void write(long offset, MemorySegment source) throws IOException {
    enter();
    if (errno != 0) {
      throw new CallFailed("pwrite", errno);
    }
    change(offset, source.toArray(ValueLayout.JAVA_BYTE));
  }

  @Override
  public synchronized void punchHole(long offset, long length) throws IOException {
    enter();
    change(offset, new byte[(int) length]);
  }

  private void change(long offset, byte[] bytes) {
    List<Map.Entry<Long, byte[]>> sectors = new ArrayList<>();
    unsynced.add(sectors);
    for (long at = offset; at < offset + bytes.length; ) {
      long number = at / SECTOR_BYTES;
      int skip = (int) (at % SECTOR_BYTES);
      int count = (int) Math.min(SECTOR_BYTES - skip, offset + bytes.length - at);
      byte[] before = cached.get(number);
      byte[] sector = before == null ? new byte[SECTOR_BYTES] : Arrays.copyOf(before, SECTOR_BYTES);
      System.arraycopy(bytes, (int) (at - offset), sector, skip, count);
      cached.put(number, sector);
      sectors.add(Map.entry(number, sector));
      size = Math.max(size, at + count);
      at += count;
    }
  }

  @Override
  public synchronized void resize(long sizeBytes) throws IOException {
    enter();
    size = sizeBytes;
  }

  @Override
  public synchronized void sync() throws IOException {
    enter();
    if (syncFails) {
      syncFails = false;
      unsynced.clear();
      throw new CallFailed("fsync(overlay)", Errno.EIO);
    }
    unsynced.forEach(
        call -> call.forEach(sector -> durable.put(sector.getKey(), sector.getValue())));
    unsynced.clear();
    Beside action = beside;
    if (action != null) {
      beside = null;
      action.run();
    }
  }

  private void enter() throws IOException {
    callsLeft--;
    if (callsLeft < 0) {
      throw new IOException("the power is lost");
    }
  }

  boolean hasPower() {
    return callsLeft >= 0;
  }

  @Override
  public void allocate(long offset, long length) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void zeroSectors(long offset, long length) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void startWriteback(long offset, long length) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void finishWriteback(long offset, long length) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void dropCache(long offset, long length) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {}
}
