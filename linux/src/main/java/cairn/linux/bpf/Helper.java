package cairn.linux.bpf;

/// What a program can ask of the kernel (`enum bpf_func_id`, `linux/bpf.h`).
public enum Helper {
  /// `R1` map, `R2` address of the key; gives the address of the value, or 0.
  MAP_LOOKUP(1),
  /// `R1` map, `R2` address of the key, `R3` of the value, `R4` flags; gives 0 when it went well.
  MAP_UPDATE(2),
  /// `R1` map, `R2` address of the key.
  MAP_DELETE(3);

  private final int number;

  Helper(int number) {
    this.number = number;
  }

  int number() {
    return number;
  }
}
