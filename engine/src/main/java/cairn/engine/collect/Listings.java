package cairn.engine.collect;

import cairn.base.bytes.ObjectId;
import cairn.repository.pack.Packs;
import cairn.repository.session.ObjectNames;
import cairn.storage.Storage;
import cairn.storage.Storage.Entry;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What is there, by id.
final class Listings {
  private Listings() {}

  static Map<ObjectId, Entry> packs(Storage storage) throws IOException {
    Map<ObjectId, Entry> packs = new TreeMap<>();
    for (Entry entry : storage.list(Packs.PREFIX)) {
      if (!ObjectNames.isForeign(entry)) {
        packs.put(id(entry), entry);
      }
    }
    return packs;
  }

  static ObjectId id(Entry entry) {
    return ObjectNames.ids(List.of(entry)).getFirst();
  }
}
