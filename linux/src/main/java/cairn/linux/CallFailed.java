package cairn.linux;

import java.io.IOException;

/// A system call failed. The message names the call, its arguments and the error: `pwrite(/dev/sdb,
/// 65536 bytes at 131072): EIO (input/output error)`.
public final class CallFailed extends IOException {
  private static final long serialVersionUID = 1;

  private final int errno;

  public CallFailed(String call, int errno) {
    super(call + ": " + Errno.describe(errno));
    this.errno = errno;
  }

  /// One of the constants of [Errno], or another number.
  public int errno() {
    return errno;
  }

  /// The error alone, without the call, for a sentence that says itself what was tried.
  public String reason() {
    return Errno.describe(errno);
  }
}
