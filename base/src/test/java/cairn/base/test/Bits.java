package cairn.base.test;

/// Numbers that stand for larger things.
public final class Bits {
  private Bits() {}

  /// The finalizer of MurmurHash3: every bit of the argument changes half of the result's.
  public static long mix(long value) {
    long mixed = (value ^ (value >>> 33)) * 0xff51afd7ed558ccdL;
    mixed = (mixed ^ (mixed >>> 33)) * 0xc4ceb9fe1a85ec53L;
    return mixed ^ (mixed >>> 33);
  }
}
