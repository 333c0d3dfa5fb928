package cairn.linux;

import java.util.Map;

/// Error numbers of the kernel, by name. Those that x86-64 and aarch64 share
/// (`asm-generic/errno.h`).
public final class Errno {
  public static final int EPERM = 1;
  public static final int ENOENT = 2;
  public static final int EINTR = 4;
  public static final int EIO = 5;
  public static final int ENXIO = 6;
  public static final int E2BIG = 7;
  public static final int EBADF = 9;
  public static final int EAGAIN = 11;
  public static final int ENOMEM = 12;
  public static final int EACCES = 13;
  public static final int EBUSY = 16;
  public static final int EEXIST = 17;
  public static final int ENODEV = 19;
  public static final int ENOTDIR = 20;
  public static final int EISDIR = 21;
  public static final int EINVAL = 22;
  public static final int ENOTTY = 25;
  public static final int ENOSPC = 28;
  public static final int EROFS = 30;
  public static final int ERANGE = 34;
  public static final int ENOSYS = 38;
  public static final int ELOOP = 40;
  public static final int ENODATA = 61;
  public static final int EOPNOTSUPP = 95;
  public static final int ECONNABORTED = 103;
  public static final int ENOTCONN = 107;
  public static final int ESTALE = 116;
  public static final int EDQUOT = 122;
  public static final int ENOMEDIUM = 123;

  private static final Map<Integer, String> NAMES =
      Map.ofEntries(
          Map.entry(EPERM, "EPERM (operation not permitted)"),
          Map.entry(ENOENT, "ENOENT (no such file or directory)"),
          Map.entry(EINTR, "EINTR (interrupted by a signal)"),
          Map.entry(EIO, "EIO (input/output error)"),
          Map.entry(ENXIO, "ENXIO (no such device or address)"),
          Map.entry(E2BIG, "E2BIG (too large)"),
          Map.entry(EBADF, "EBADF (descriptor not open for this)"),
          Map.entry(EAGAIN, "EAGAIN (try again)"),
          Map.entry(ENOMEM, "ENOMEM (out of memory)"),
          Map.entry(EACCES, "EACCES (permission denied)"),
          Map.entry(14, "EFAULT (bad address)"),
          Map.entry(EBUSY, "EBUSY (device or file in use)"),
          Map.entry(EEXIST, "EEXIST (file exists)"),
          Map.entry(18, "EXDEV (on another file system)"),
          Map.entry(ENODEV, "ENODEV (no such device)"),
          Map.entry(ENOTDIR, "ENOTDIR (not a directory)"),
          Map.entry(EISDIR, "EISDIR (is a directory)"),
          Map.entry(EINVAL, "EINVAL (invalid argument)"),
          Map.entry(23, "ENFILE (too many open files in the system)"),
          Map.entry(24, "EMFILE (too many open files)"),
          Map.entry(ENOTTY, "ENOTTY (not supported by this device)"),
          Map.entry(26, "ETXTBSY (file is being executed)"),
          Map.entry(27, "EFBIG (file too large)"),
          Map.entry(ENOSPC, "ENOSPC (no space left)"),
          Map.entry(EROFS, "EROFS (read-only file system or device)"),
          Map.entry(ERANGE, "ERANGE (result too large)"),
          Map.entry(36, "ENAMETOOLONG (name too long)"),
          Map.entry(ENOSYS, "ENOSYS (not known to this kernel)"),
          Map.entry(ELOOP, "ELOOP (too many symbolic links)"),
          Map.entry(ENODATA, "ENODATA (no data)"),
          Map.entry(75, "EOVERFLOW (value too large)"),
          Map.entry(EOPNOTSUPP, "EOPNOTSUPP (not supported)"),
          Map.entry(ECONNABORTED, "ECONNABORTED (connection aborted)"),
          Map.entry(ENOTCONN, "ENOTCONN (not connected)"),
          Map.entry(110, "ETIMEDOUT (timed out)"),
          Map.entry(ESTALE, "ESTALE (stale file handle)"),
          Map.entry(117, "EUCLEAN (file system needs cleaning)"),
          Map.entry(121, "EREMOTEIO (remote input/output error)"),
          Map.entry(EDQUOT, "EDQUOT (disk quota exceeded)"),
          Map.entry(ENOMEDIUM, "ENOMEDIUM (no medium)"));

  private Errno() {}

  /// `ENOSPC (no space left)`, or `errno 999` for a number that has no name here.
  public static String describe(int errno) {
    return NAMES.getOrDefault(errno, "errno " + errno);
  }
}
