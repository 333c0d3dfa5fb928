package cairn.export.qcow;

import cairn.linux.CallFailed;
import cairn.linux.Errno;
import cairn.linux.RawFile;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/// A file of which one call fails, and that knows what would be left of it if the power went then:
/// all that was synced, and any part of the rest.
final class UnsyncedFile extends PassingFile {
  private static final int SECTOR_BYTES = 512;

  private final int failingCall;
  private final List<Write> unsynced = new ArrayList<>();
  private byte[] synced = {};
  private int calls;
  private String failed = "";

  private static final class Write {
    private final int offset;
    private final byte[] bytes;

    Write(int offset, byte[] bytes) {
      this.offset = offset;
      this.bytes = bytes;
    }
  }

  /// @param failingCall which of the calls fails, counted from 0
  UnsyncedFile(RawFile below, int failingCall) {
    super(below);
    this.failingCall = failingCall;
  }

  /// The call that failed; empty when none did.
  String failed() {
    return failed;
  }

  /// What a disk might hold after the power went.
  byte[] afterCrash(RandomGenerator chance) {
    byte[] bytes = synced;
    for (Write write : unsynced) {
      for (int from = 0; from < write.bytes.length; from += SECTOR_BYTES) {
        int end = Math.min(write.bytes.length, from + SECTOR_BYTES);
        if (chance.nextInt(3) > 0) {
          bytes = Arrays.copyOf(bytes, Math.max(bytes.length, write.offset + end));
          System.arraycopy(write.bytes, from, bytes, write.offset + from, end - from);
        }
      }
    }
    return bytes;
  }

  @Override
  public synchronized void write(long offset, MemorySegment source) throws IOException {
    unsynced.add(new Write((int) offset, source.toArray(ValueLayout.JAVA_BYTE)));
    enter("write bytes " + offset + "+" + source.byteSize());
    super.write(offset, source);
  }

  @Override
  public void resize(long sizeBytes) throws IOException {
    enter("make room for bytes 0+" + sizeBytes);
    super.resize(sizeBytes);
  }

  @Override
  public synchronized void sync() throws IOException {
    enter("store bytes 0+");
    super.sync();
    synced = Files.readAllBytes(Path.of(path()));
    unsynced.clear();
  }

  @Override
  public void close() throws IOException {
    super.close();
    enter("store bytes 0+");
  }

  private synchronized void enter(String call) throws IOException {
    if (calls++ == failingCall) {
      failed = call;
      throw new CallFailed(call, Errno.EIO);
    }
  }
}
