package cairn.volume.nbd;

/// Which form requests and chunks have, as agreed on by [OptionCode#EXTENDED_HEADERS].
public enum Headers {
  /// Lengths of 32 bits.
  COMPACT,
  /// Lengths of 64 bits; all replies are chunks.
  EXTENDED
}
