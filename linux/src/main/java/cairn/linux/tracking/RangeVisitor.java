package cairn.linux.tracking;

/// Is told ranges of bytes.
@FunctionalInterface
public interface RangeVisitor {
  void range(long offset, long length);
}
