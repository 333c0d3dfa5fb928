package cairn.storage;

import java.io.IOException;

/// The storage answered: there is no object of that name.
public final class ObjectMissing extends IOException {
  private static final long serialVersionUID = 1;

  public ObjectMissing(String name, String location) {
    super("no object " + name + " in " + location);
  }
}
