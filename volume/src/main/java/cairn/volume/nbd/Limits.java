package cairn.volume.nbd;

/// What the protocol document bounds, and what every peer must be able to take.
public final class Limits {
  /// Names of exports and contexts, and other texts.
  public static final int NAME_BYTES_MAX = 4096;

  /// The data of one option; far more than any option needs.
  public static final int OPTION_BYTES_MAX = 64 * 1024;

  /// All answers to one option, which are kept until the last one comes.
  public static final int ANSWERS_BYTES_MAX = 1 << 20;

  /// The payload that a peer must be able to take when no other size was agreed on.
  public static final int PAYLOAD_BYTES_MAX = 32 * 1024 * 1024;

  /// The largest read that must be answered in one piece when that is asked for.
  public static final int UNFRAGMENTED_BYTES_MIN = 64 * 1024;

  /// Extents in one chunk.
  public static final int EXTENTS_MAX = 1 << 20;

  /// The port that IANA gave to NBD.
  public static final int PORT = 10809;

  private Limits() {}
}
