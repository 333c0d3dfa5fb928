package cairn.linux.fuse;

import cairn.linux.Errno;

/// What a program that used a file is told: one of the numbers of [Errno].
public final class FuseError extends Exception {
  private static final long serialVersionUID = 1;

  private final int errno;

  public FuseError(int errno) {
    super(Errno.describe(errno));
    this.errno = errno;
  }

  public FuseError(int errno, Throwable cause) {
    super(Errno.describe(errno), cause);
    this.errno = errno;
  }

  public int errno() {
    return errno;
  }
}
