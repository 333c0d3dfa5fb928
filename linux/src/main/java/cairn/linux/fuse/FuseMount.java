package cairn.linux.fuse;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import cairn.linux.CallFailed;
import cairn.linux.Errno;
import cairn.linux.FileStatus;
import cairn.linux.Libc;
import cairn.linux.fuse.FuseTree.Owner;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/// A directory on which a file system of this process is mounted: read-only, with neither devices
/// nor set-user-id programs in effect.
///
/// *Two ways.* Whoever may mount does so by `mount(2)`. For others `fusermount3`, which is
/// set-user-id root, checks what they may and hands over the descriptor.
public final class FuseMount implements AutoCloseable {
  private static final long MS_RDONLY = 1;
  private static final long MS_NOSUID = 2;
  private static final long MS_NODEV = 4;
  private static final int MNT_DETACH = 2;
  private static final int UMOUNT_NOFOLLOW = 8;
  private static final String NAME = "cairn";
  private static final String FOR_ALL = ",allow_other,default_permissions";

  private static final MethodHandle MOUNT =
      Libc.function(
          "mount", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS));
  private static final MethodHandle UMOUNT2 =
      Libc.function("umount2", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));
  private static final MethodHandle GETEUID =
      Libc.function("geteuid", FunctionDescriptor.of(JAVA_INT));
  private static final MethodHandle GETEGID =
      Libc.function("getegid", FunctionDescriptor.of(JAVA_INT));

  private final Path directory;
  private final FuseDevice device;
  private final Unmounting unmounting;
  private final boolean forAll;

  /// One of the two ways to unmount.
  private interface Unmounting {
    /// @return false when it is in use
    boolean run(boolean lazily) throws IOException;
  }

  private FuseMount(Path directory, FuseDevice device, Unmounting unmounting, boolean forAll) {
    this.directory = directory;
    this.device = device;
    this.unmounting = unmounting;
    this.forAll = forAll;
  }

  /// Mounts; whoever looks waits until a [FuseServer] answers.
  ///
  /// @param directory that is empty
  /// @param forAll whether other users may look too, as owners and modes allow; otherwise only this
  ///   user may, and may read everything
  /// @param helper to be used where this process may not mount
  /// @throws IOException that says why it cannot be, and what to do
  public static FuseMount open(Path directory, boolean forAll, Fusermount helper)
      throws IOException {
    check(directory);
    Path real = directory.toRealPath();
    try {
      return direct(real, forAll);
    } catch (CallFailed e) {
      if (e.errno() == Errno.ENOENT || e.errno() == Errno.ENXIO || e.errno() == Errno.ENODEV) {
        throw new IOException(
            "cannot mount: this kernel has no FUSE (" + e.getMessage() + "); try 'modprobe fuse'",
            e);
      }
      if (e.errno() != Errno.EPERM && e.errno() != Errno.EACCES) {
        throw new IOException("cannot mount on " + directory + ": " + e.getMessage(), e);
      }
      return helped(real, forAll, helper, e);
    }
  }

  private static void check(Path directory) throws IOException {
    FileStatus status;
    try {
      status = FileStatus.of(directory);
    } catch (CallFailed e) {
      throw switch (e.errno()) {
        case Errno.ENOENT -> new IOException("there is no directory " + directory, e);
        case Errno.ENOTCONN ->
            new IOException(
                directory
                    + " has a mount whose server has gone: 'umount -l' or 'fusermount3 -u' it",
                e);
        default -> new IOException("cannot mount on " + directory + ": " + e.reason(), e);
      };
    }
    if (status.type() != FileStatus.Type.DIRECTORY) {
      throw new IOException("cannot mount on " + directory + ": it is not a directory");
    }
    try (Stream<Path> files = Files.list(directory)) {
      if (files.findAny().isPresent()) {
        throw new IOException(
            "cannot mount on "
                + directory
                + ": it is not empty, and what is in it would be hidden");
      }
    }
  }

  private static FuseMount direct(Path directory, boolean forAll) throws IOException {
    FuseDevice device = FuseDevice.open();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment source = arena.allocateFrom(NAME);
      MemorySegment target = Libc.pathName(directory, arena);
      MemorySegment type = arena.allocateFrom("fuse." + NAME);
      Owner owner = owner();
      String options =
          ("fd=" + device.descriptor() + ",rootmode=40000")
              + (",user_id=" + owner.user() + ",group_id=" + owner.group())
              + (forAll ? FOR_ALL : "");
      MemorySegment data = arena.allocateFrom(options);
      long flags = MS_RDONLY | MS_NOSUID | MS_NODEV;
      Libc.call(
          state -> (int) MOUNT.invokeExact(state, source, target, type, flags, data),
          () -> "mount(" + directory + ", fuse." + NAME + ")");
      return new FuseMount(directory, device, lazily -> unmount(directory, lazily), forAll);
    } catch (IOException | RuntimeException e) {
      device.close();
      throw e;
    }
  }

  private static FuseMount helped(
      Path directory, boolean forAll, Fusermount helper, CallFailed refused) throws IOException {
    try {
      String options = "fsname=" + NAME + ",subtype=" + NAME + ",ro,nosuid,nodev";
      FuseDevice device = helper.mount(directory, options + (forAll ? FOR_ALL : ""));
      return new FuseMount(directory, device, lazily -> helper.unmount(directory, lazily), forAll);
    } catch (IOException e) {
      e.addSuppressed(refused);
      throw e;
    }
  }

  /// Of the user and the group that this process acts for.
  public static Owner owner() throws IOException {
    long user =
        Libc.call(
            state -> Integer.toUnsignedLong((int) GETEUID.invokeExact(state)), () -> "geteuid()");
    long group =
        Libc.call(
            state -> Integer.toUnsignedLong((int) GETEGID.invokeExact(state)), () -> "getegid()");
    return new Owner(user, group);
  }

  private static boolean unmount(Path directory, boolean lazily) throws IOException {
    int flags = UMOUNT_NOFOLLOW | (lazily ? MNT_DETACH : 0);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment target = Libc.pathName(directory, arena);
      Libc.call(
          state -> (int) UMOUNT2.invokeExact(state, target, flags),
          () -> "umount2(" + directory + ")");
      return true;
    } catch (CallFailed e) {
      if (e.errno() == Errno.EBUSY) {
        return false;
      }
      throw e;
    }
  }

  public Path directory() {
    return directory;
  }

  FuseDevice device() {
    return device;
  }

  boolean isForAll() {
    return forAll;
  }

  /// Takes it away, unless somebody uses it.
  ///
  /// @return false when somebody does; nothing has changed then
  public boolean unmount() throws IOException {
    return unmounting.run(false);
  }

  /// Takes its name away. Whoever uses it may go on; it is gone with the last of them.
  public void detach() throws IOException {
    unmounting.run(true);
  }

  /// Lets go of the device, when it is unmounted and nobody serves it any more. Should it still be
  /// mounted, whoever looks gets an error from now on.
  @Override
  public void close() throws IOException {
    device.close();
  }
}
