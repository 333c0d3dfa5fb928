package cairn.engine;

import cairn.storage.Storage;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

/// A storage that somebody looks over the shoulder of.
final class Watched {
  private Watched() {}

  /// Told of each call before it is made; may fail it.
  interface Watcher {
    void before(String call, Object[] arguments) throws IOException;
  }

  static Storage over(Storage storage, Watcher watcher) {
    return (Storage)
        Proxy.newProxyInstance(
            Watched.class.getClassLoader(),
            new Class<?>[] {Storage.class},
            (proxy, method, arguments) -> {
              watcher.before(method.getName(), arguments == null ? new Object[0] : arguments);
              try {
                return method.invoke(storage, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }
}
