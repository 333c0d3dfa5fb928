package cairn.volume.nbd;

/// What a request asks for, and the flags that go with it.
public final class Command {
  public static final int READ = 0;
  public static final int WRITE = 1;

  /// Ends the connection; there is no reply.
  public static final int DISCONNECT = 2;

  public static final int FLUSH = 3;
  public static final int TRIM = 4;
  public static final int CACHE = 5;
  public static final int WRITE_ZEROES = 6;
  public static final int BLOCK_STATUS = 7;

  /// The reply comes when the effect is durable.
  public static final int FLAG_FUA = 1;

  public static final int FLAG_NO_HOLE = 1 << 1;

  /// The reply to a read is one piece.
  public static final int FLAG_DF = 1 << 2;

  /// One extent is enough.
  public static final int FLAG_REQ_ONE = 1 << 3;

  public static final int FLAG_FAST_ZERO = 1 << 4;

  /// The length is that of a payload, which follows; extended headers only.
  public static final int FLAG_PAYLOAD_LENGTH = 1 << 5;

  private Command() {}
}
