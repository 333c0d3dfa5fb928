package cairn.volume.overlay;

import cairn.base.block.BlockReader;
import cairn.base.bytes.CorruptData;
import cairn.linux.CallFailed;
import cairn.linux.Errno;
import cairn.linux.NativeFile;
import cairn.linux.RawFile;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/// Finds, makes and opens the files of overlays.
public final class Overlays {
  private Overlays() {}

  /// Whether a file begins as an overlay does.
  public static boolean isOne(Path path) throws IOException {
    if (!Files.isRegularFile(path)) {
      return false;
    }
    byte[] start = new byte[2 * Page.BYTES];
    try (var in = Files.newInputStream(path)) {
      int length = in.readNBytes(start, 0, start.length);
      return length == start.length
          && (Page.hasMagic(start)
              || Page.hasMagic(java.util.Arrays.copyOfRange(start, Page.BYTES, start.length)));
    }
  }

  /// What the overlay in a file stands on.
  public static OverlayBase baseOf(Path path) throws IOException, CorruptData {
    try (NativeFile file = NativeFile.open(path)) {
      return OverlayPages.readHeader(file).base();
    }
  }

  /// The overlay of that file, which is made if it is not there. It keeps others from opening it,
  /// and does not close what is below.
  ///
  /// @throws IOException also when it stands on something else, or is open already
  public static Overlay openOrCreate(Path path, OverlayBase base, BlockReader below)
      throws IOException, CorruptData {
    boolean isNew = false;
    NativeFile file;
    try {
      file = NativeFile.open(path, NativeFile.Option.WRITE, NativeFile.Option.CREATE_NEW);
      isNew = true;
    } catch (CallFailed e) {
      if (e.errno() != Errno.EEXIST) {
        throw e;
      }
      file = NativeFile.open(path, NativeFile.Option.WRITE);
    }
    boolean good = false;
    RawFile locked = file;
    try {
      locked = new LockedFile(file, lock(path));
      Overlay overlay =
          isNew ? create(locked, path, base, below) : Overlay.open(locked, base, below);
      good = true;
      return overlay;
    } finally {
      if (!good) {
        locked.close();
        if (isNew) {
          Files.deleteIfExists(path);
        }
      }
    }
  }

  /// The overlay of that file as it is. It keeps others from writing to it, writes nothing itself,
  /// and does not close what is below.
  ///
  /// @throws IOException also when it stands on something else, or is open already
  public static Overlay openReadOnly(Path path, OverlayBase base, BlockReader below)
      throws IOException, CorruptData {
    RawFile file = NativeFile.open(path);
    boolean good = false;
    try {
      file = new LockedFile(file, lockShared(path));
      Overlay overlay = Overlay.openReadOnly(file, base, below);
      good = true;
      return overlay;
    } finally {
      if (!good) {
        file.close();
      }
    }
  }

  private static Overlay create(RawFile file, Path path, OverlayBase base, BlockReader below)
      throws IOException {
    Overlay overlay = Overlay.create(file, base, below);
    @Nullable Path parent = path.toAbsolutePath().getParent();
    if (parent != null) {
      try (NativeFile directory = NativeFile.open(parent)) {
        directory.sync();
      }
    }
    return overlay;
  }

  private static FileChannel lock(Path path) throws IOException {
    return locked(FileChannel.open(path, StandardOpenOption.WRITE), path, false);
  }

  private static FileChannel lockShared(Path path) throws IOException {
    return locked(FileChannel.open(path, StandardOpenOption.READ), path, true);
  }

  /// Ends with the process, whatever ends that.
  private static FileChannel locked(FileChannel channel, Path path, boolean isShared)
      throws IOException {
    try {
      FileLock lock = channel.tryLock(0, Long.MAX_VALUE, isShared);
      if (lock != null) {
        return channel;
      }
    } catch (OverlappingFileLockException e) {
      channel.close();
      throw new IOException(path + " is in use by this program already", e);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
    channel.close();
    throw new IOException(path + " is in use by another program");
  }
}
