package cairn.filesystem.used;

/// A format that is understood: it has a name, and tells what is in use.
public interface Format extends Allocation {
  Identity identity();

  /// Whether another device stands for the file system that this one is a part of.
  default boolean isFurtherDevice() {
    return false;
  }
}
