package cairn.linux.freeze;

import cairn.linux.CallFailed;
import cairn.linux.Errno;
import cairn.linux.FreezeIoctl;
import cairn.linux.NativeFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The open mount points of what is to be frozen, in the order of freezing. While they are open
/// they cannot be unmounted.
final class Targets implements AutoCloseable {
  // A file system that never freezes and is never frozen.
  static final Path HARMLESS = Path.of("/proc");

  private final List<Path> mountPoints;
  private final List<NativeFile> files = new ArrayList<>();

  private Targets(List<Path> mountPoints) {
    this.mountPoints = List.copyOf(mountPoints);
  }

  static Targets open(List<Path> mountPoints) throws IOException {
    Targets targets = new Targets(mountPoints);
    try {
      for (Path mountPoint : mountPoints) {
        targets.files.add(NativeFile.open(mountPoint));
      }
      return targets;
    } catch (IOException | RuntimeException e) {
      targets.close();
      throw e;
    }
  }

  /// Goes every way that freezing and thawing may go, so that nothing is loaded or linked later.
  static void rehearse() throws IOException {
    try (Targets harmless = open(List.of(HARMLESS))) {
      harmless.sync(0);
      try {
        harmless.freeze(0);
        throw new IOException(HARMLESS + " was frozen, which no kernel should do");
      } catch (FreezeRefused expected) {
        harmless.thaw(0);
      }
    }
  }

  int count() {
    return files.size();
  }

  List<Path> mountPoints() {
    return mountPoints;
  }

  Path mountPoint(int index) {
    return mountPoints.get(index);
  }

  void sync(int index) throws IOException {
    FreezeIoctl.sync(files.get(index));
  }

  /// @throws FreezeRefused when it is frozen, or never can be
  void freeze(int index) throws IOException {
    try {
      FreezeIoctl.freeze(files.get(index));
    } catch (CallFailed e) {
      throw switch (e.errno()) {
        case Errno.EBUSY ->
            new FreezeRefused(mountPoint(index), FreezeRefused.Reason.FROZEN_ALREADY, e);
        case Errno.EOPNOTSUPP ->
            new FreezeRefused(mountPoint(index), FreezeRefused.Reason.NOT_SUPPORTED, e);
        default -> e;
      };
    }
  }

  /// @return false when it was not frozen
  boolean thaw(int index) throws IOException {
    try {
      FreezeIoctl.thaw(files.get(index));
      return true;
    } catch (CallFailed e) {
      if (e.errno() == Errno.EINVAL) {
        return false;
      }
      throw e;
    }
  }

  @Override
  public void close() throws IOException {
    for (NativeFile file : files) {
      file.close();
    }
  }
}
