package cairn.engine;

import cairn.base.bytes.ChunkId;
import cairn.base.bytes.ObjectId;
import cairn.base.bytes.Problem;
import cairn.base.test.Seed;
import cairn.engine.backup.BackupReport;
import cairn.repository.View;
import cairn.repository.crypto.ChunkDigest;
import cairn.repository.index.Location;
import cairn.repository.pack.Packs;
import cairn.repository.snapshot.Snapshot;
import cairn.storage.MemoryStorage;
import cairn.storage.Storage.Entry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/// A repository with a snapshot and an increment of it, some of it deltas.
final class RepairSite {
  static final int BLOCK = 16 << 10;
  static final int BLOCKS = 150;

  final MemoryStorage storage = new MemoryStorage();
  final Map<ObjectId, byte[]> contents = new LinkedHashMap<>();
  final Lab lab;
  final byte[] source;

  RepairSite(boolean encrypt, int parityPercent, Seed seed) throws Exception {
    RandomGenerator chance = seed.random();
    lab = Lab.create(storage, Lab.layout(BLOCK).withParityPercent(parityPercent), encrypt, chance);
    byte[] first = Bytes.random(chance, BLOCKS * BLOCK);
    contents.put(lab.backup(new MemoryVolume(first)).id(), first);
    byte[] second = Bytes.overwritten(first, 20 * BLOCK, Bytes.random(chance, 10 * BLOCK));
    second = Bytes.overwritten(second, 50 * BLOCK + 7, Bytes.random(chance, 9));
    source = Bytes.overwritten(second, 70 * BLOCK + 7, Bytes.random(chance, 9));
    contents.put(lab.backup(new MemoryVolume(source)).id(), source);
    lab.assertClean();
  }

  List<String> packs() {
    return storage.list(Packs.PREFIX).stream().map(Entry::name).toList();
  }

  Snapshot newest() throws Exception {
    return lab.snapshots().getLast();
  }

  byte[] block(int number) {
    return Arrays.copyOfRange(source, number * BLOCK, (number + 1) * BLOCK);
  }

  Location place(int block) throws Exception {
    ChunkDigest digest = lab.repository.protection().newDigest();
    return placeOf(digest.of(block(block), 0, BLOCK));
  }

  Location placeOf(ChunkId id) throws Exception {
    try (View view = lab.repository.openView()) {
      return view.committed().find(id).getFirst();
    }
  }

  /// Turns a bit of what is stored of a block of the newest snapshot.
  void damage(int block) throws Exception {
    Location at = place(block);
    damage(Packs.name(at.pack()), at.place().offset() + at.place().storedLength() / 2);
  }

  void damage(String name, int offset) throws IOException {
    byte[] bytes = storage.readAll(name);
    bytes[offset] ^= 1;
    storage.tamper(name, bytes);
  }

  List<byte[]> quarantined(String pack) throws IOException {
    List<byte[]> all = new ArrayList<>();
    String folder = "quarantine/packs/" + ObjectId.parse(pack.substring(pack.length() - 32));
    for (Entry entry : storage.list(folder)) {
      all.add(storage.readAll(entry.name()));
    }
    return all;
  }

  void assertWhole() throws Exception {
    lab.assertClean();
    for (Snapshot snapshot : lab.snapshots()) {
      lab.assertRestores(snapshot, Bytes.of(contents, snapshot));
    }
  }

  BackupReport backup() throws Exception {
    BackupReport report = lab.backup(new MemoryVolume(source), Lab.NEWEST);
    contents.put(report.snapshot().id(), source);
    return report;
  }

  static List<Problem> affected(List<Problem> problems) {
    return problems.stream().filter(Problem.Affected.class::isInstance).toList();
  }

  static List<String> names(RepairSite site, String... prefixes) {
    return Arrays.stream(prefixes)
        .flatMap(prefix -> site.storage.list(prefix).stream())
        .map(Entry::name)
        .toList();
  }
}
