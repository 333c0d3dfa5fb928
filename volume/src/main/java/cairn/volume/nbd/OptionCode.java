package cairn.volume.nbd;

/// What a client may ask for before it uses an export.
public final class OptionCode {
  /// Takes an export, without a way to say no.
  public static final int EXPORT_NAME = 1;

  public static final int ABORT = 2;
  public static final int LIST = 3;
  public static final int STARTTLS = 5;
  public static final int INFO = 6;

  /// As [#INFO], and uses the export from then on.
  public static final int GO = 7;

  public static final int STRUCTURED_REPLY = 8;
  public static final int LIST_META_CONTEXT = 9;
  public static final int SET_META_CONTEXT = 10;
  public static final int EXTENDED_HEADERS = 11;

  private OptionCode() {}
}
