package cairn.linux.freeze;

import java.io.IOException;

/// What a process says to its watchdog: 4 bytes, one of these and the place of a file system in the
/// order of freezing. A pipe passes so few at once or not at all.
enum Message {
  /// The time runs from now. Answered by [#ARMED].
  ARM('a'),
  /// This one is about to be frozen: from now on it is thawed in case of doubt.
  FREEZING('f'),
  /// It is frozen, so who finds it thawed finds it thawed too early.
  FROZEN('F'),
  /// It is not frozen, or not any more, and is none of the watchdog's business.
  RELEASED('r'),
  /// It is over; the time stops. Answered by [#HELD] or [#BROKEN].
  STAND_DOWN('s');

  static final int BYTES = 4;
  static final int FILE_SYSTEMS_MAX = 1 << 16;

  /// Answer: the watchdog has its files open and everything ready.
  static final byte READY = 'R';

  /// Answer: the time runs.
  static final byte ARMED = 'A';

  /// Answer: the watchdog thawed nothing, and found nothing thawed.
  static final byte HELD = 'H';

  /// Answer: something was thawed before its time.
  static final byte BROKEN = 'B';

  private static final Message[] ALL = values();

  private final byte code;

  Message(char code) {
    this.code = (byte) code;
  }

  void encode(int index, byte[] into) {
    into[0] = code;
    into[1] = (byte) (index >> 16);
    into[2] = (byte) (index >> 8);
    into[3] = (byte) index;
  }

  static Message kind(byte[] encoded, int length) throws IOException {
    if (length == BYTES) {
      for (Message message : ALL) {
        if (message.code == encoded[0]) {
          return message;
        }
      }
    }
    throw new IOException("the watchdog was told something that it does not understand");
  }

  static int index(byte[] encoded) {
    return ((encoded[1] & 0xff) << 16) | ((encoded[2] & 0xff) << 8) | (encoded[3] & 0xff);
  }
}
