package cairn.filesystem.used;

/// A format that is understood: it has a name, and tells what is in use.
public interface Format extends Allocation {
  Identity identity();
}
