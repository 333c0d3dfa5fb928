package cairn.linux.tracking;

import cairn.linux.AlignedMemory;
import cairn.linux.FileStatus;
import cairn.linux.NativeFile;
import cairn.linux.test.Command;
import cairn.linux.test.LoopDevice;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.BitSet;

/// A loop device over a sparse file, and copies of what is in it.
final class TestDisk implements AutoCloseable {
  private static final int BLOCK = ChangeTracker.BLOCK_BYTES;

  private final Path backing;
  private final long size;
  private final LoopDevice loop;

  TestDisk(Path directory, long size, String... options) throws IOException {
    this.backing = directory.resolve("disk-" + size);
    this.size = size;
    try (RandomAccessFile file = new RandomAccessFile(backing.toFile(), "rw")) {
      file.setLength(size);
    }
    this.loop = LoopDevice.over(backing, options);
  }

  LoopDevice loop() {
    return loop;
  }

  TrackedRange whole() throws IOException {
    return part(0, size);
  }

  TrackedRange part(long offset, long length) throws IOException {
    return new TrackedRange(FileStatus.of(loop.path()).device(), offset, length);
  }

  /// Past the page cache.
  void write(long offset, int length, int value) throws IOException {
    try (NativeFile device =
            NativeFile.open(loop.path(), NativeFile.Option.WRITE, NativeFile.Option.DIRECT);
        Arena arena = Arena.ofConfined()) {
      device.write(offset, AlignedMemory.allocate(arena, length).fill((byte) value));
    }
  }

  void writeBuffered(long offset, int length, int value) throws IOException {
    try (NativeFile device = NativeFile.open(loop.path(), NativeFile.Option.WRITE);
        Arena arena = Arena.ofConfined()) {
      device.write(offset, arena.allocate(length).fill((byte) value));
      device.sync();
    }
  }

  /// A copy of all that is on the disk, as a sparse file.
  Path copy(String name) throws IOException {
    Path copy = backing.resolveSibling(name);
    Command.run("cp", "--sparse=always", backing.toString(), copy.toString());
    return copy;
  }

  /// The blocks of a range whose content is another than in the copy.
  BitSet changedSince(Path copy, TrackedRange range) throws IOException {
    BitSet changed = new BitSet();
    try (NativeFile before = NativeFile.open(copy);
        NativeFile now = NativeFile.open(backing);
        Arena arena = Arena.ofConfined()) {
      MemorySegment left = arena.allocate(BLOCK);
      MemorySegment right = arena.allocate(BLOCK);
      for (long at = 0; at < range.length(); at += BLOCK) {
        long length = Math.min(BLOCK, range.length() - at);
        before.read(range.offset() + at, left.asSlice(0, length));
        now.read(range.offset() + at, right.asSlice(0, length));
        if (left.asSlice(0, length).mismatch(right.asSlice(0, length)) >= 0) {
          changed.set((int) (at / BLOCK));
        }
      }
    }
    return changed;
  }

  /// The blocks that a tracker names; fails when marks were lost.
  static BitSet marked(ChangeTracker tracker, int generation) {
    BitSet marked = new BitSet();
    boolean complete =
        tracker.changedSince(
            generation,
            (offset, length) ->
                marked.set((int) (offset / BLOCK), (int) ((offset + length - 1) / BLOCK) + 1));
    if (!complete) {
      throw new AssertionError("marks were lost: " + tracker.loss());
    }
    return marked;
  }

  @Override
  public void close() throws IOException {
    loop.close();
  }
}
