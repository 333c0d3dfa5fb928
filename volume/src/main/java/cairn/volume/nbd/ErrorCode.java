package cairn.volume.nbd;

/// The errors of requests; their numbers are those of Linux.
public final class ErrorCode {
  public static final int NONE = 0;
  public static final int PERMISSION = 1;
  public static final int IO = 5;
  public static final int NO_MEMORY = 12;
  public static final int INVALID = 22;
  public static final int NO_SPACE = 28;
  public static final int OVERFLOW = 75;
  public static final int NOT_SUPPORTED = 95;
  public static final int SHUTDOWN = 108;

  private ErrorCode() {}
}
