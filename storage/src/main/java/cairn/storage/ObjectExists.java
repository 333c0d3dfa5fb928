package cairn.storage;

import java.io.IOException;

/// The storage answered: the name is taken.
public final class ObjectExists extends IOException {
  private static final long serialVersionUID = 1;

  public ObjectExists(String name, String location) {
    super("object " + name + " already exists in " + location);
  }
}
