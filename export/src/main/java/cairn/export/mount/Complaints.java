package cairn.export.mount;

/// Is told what could not be read, beside whoever wanted to read it, who gets an error number. From
/// several threads, and of the same more than once.
@FunctionalInterface
public interface Complaints {
  /// @param where for a person to read
  /// @param why has a [cairn.base.bytes.CorruptData] among its causes when there is damage
  void failed(String where, Exception why);
}
