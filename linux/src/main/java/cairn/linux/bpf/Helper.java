package cairn.linux.bpf;

/// What a program can ask of the kernel (`enum bpf_func_id`, `linux/bpf.h`).
public enum Helper {
  /// `R1` map, `R2` address of the key; gives the address of the value, or 0.
  MAP_LOOKUP(1),
  /// `R1` map, `R2` address of the key, `R3` of the value, `R4` flags; gives 0 when it went well.
  MAP_UPDATE(2),
  /// `R1` map, `R2` address of the key.
  MAP_DELETE(3),
  /// `R1` address to copy to, `R2` number of bytes, `R3` any address in the kernel; gives 0 when it
  /// went well. Not under lockdown=confidentiality.
  PROBE_READ_KERNEL(113);

  private final int number;

  Helper(int number) {
    this.number = number;
  }

  int number() {
    return number;
  }
}
