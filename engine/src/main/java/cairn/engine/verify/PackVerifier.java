package cairn.engine.verify;

import cairn.base.bytes.ChunkId;
import cairn.base.bytes.CorruptData;
import cairn.base.bytes.Crc32c;
import cairn.base.bytes.ObjectId;
import cairn.base.bytes.Problem;
import cairn.base.bytes.Slice;
import cairn.repository.View;
import cairn.repository.index.Location;
import cairn.repository.pack.BlobEntry;
import cairn.repository.pack.PackDirectory;
import cairn.repository.pack.Packs;
import cairn.repository.pack.StoredParity;
import cairn.repository.read.BlobDecoder;
import cairn.repository.read.ChunkMissing;
import cairn.repository.read.ChunkReader;
import cairn.storage.ObjectMissing;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Checks one pack after the other: its directory, that the index agrees with it, and, where asked
/// for, every blob. Serves one thread at a time.
final class PackVerifier implements AutoCloseable {
  private static final int READ_BYTES_MAX = 4 << 20;

  private final View view;
  private final int segmentsCounted;
  private final Findings findings;
  private final BlobDecoder decoder;
  private final ChunkReader bases;
  private byte[] stored = new byte[READ_BYTES_MAX];
  private byte[] raw = new byte[0];
  private long bytesRead;
  private long chunks;
  private @Nullable StoredParity parity;

  /// @param segmentsCounted the number of segments that numbers of entries were taken from
  PackVerifier(View view, Findings findings, int segmentsCounted) {
    this.view = view;
    this.segmentsCounted = segmentsCounted;
    this.findings = findings;
    this.decoder = new BlobDecoder(view.repository().protection());
    this.bases = view.newReader();
  }

  /// What checking one pack took.
  record Tally(long bytesRead, long chunks) {}

  /// @param packBytes its size by the listing
  /// @param indexed how many entries the index has for it, or -1 when damage to the index hides
  ///   that
  Tally run(ObjectId pack, long packBytes, long indexed, boolean readData)
      throws IOException, CorruptData {
    bytesRead = 0;
    chunks = 0;
    Packs packs = view.repository().packs();
    try {
      PackDirectory directory = packs.directory(pack, packBytes);
      checkIndex(directory, indexed);
      if (readData) {
        readAll(directory);
      }
    } catch (CorruptData e) {
      findings.suspect(pack, e.problem());
    } catch (ObjectMissing e) {
      goneSince(pack);
    } catch (IOException e) {
      String why = String.valueOf(e.getMessage());
      findings.suspect(pack, new Problem.Unknown("pack", pack.toString(), why));
    }
    return new Tally(bytesRead, chunks);
  }

  /// A collector that removes a pack has copied before what snapshots need: the walk through their
  /// trees tells whether that is there.
  private void goneSince(ObjectId pack) throws IOException, CorruptData {
    findings.missing(pack);
    view.committed().refresh();
  }

  private void checkIndex(PackDirectory directory, long indexed) throws CorruptData {
    long known = 0;
    for (BlobEntry entry : directory.entries()) {
      Location expect = Location.of(directory.pack(), directory.content(), entry);
      // Two sessions that adopted the same pack both list it, which does no harm.
      long listed = view.committed().find(entry.id()).stream().filter(expect::equals).count();
      known += listed;
      if (listed == 0) {
        findings.add(
            new Problem.Missing("index entry", entry.id().toString(), "pack " + directory.pack()));
      }
    }
    if (indexed >= 0 && view.index().segments().size() == segmentsCounted) {
      PackDirectory.subject(directory.pack()).checkEqual(indexed, known, "entries in the index");
    }
  }

  private void readAll(PackDirectory directory) throws IOException {
    try {
      parity =
          directory.parityBytes() == 0
              ? null
              : StoredParity.open(view.repository().packs(), directory);
    } catch (CorruptData e) {
      parity = null;
      findings.suspect(directory.pack(), e.problem());
    }
    boolean blobsGood = readBlobs(directory);
    if (parity != null) {
      try {
        parity.check(blobsGood);
        bytesRead += directory.parityBytes();
      } catch (CorruptData e) {
        findings.suspect(directory.pack(), e.problem());
      }
    }
  }

  /// @return whether the stored bytes of all are good
  private boolean readBlobs(PackDirectory directory) throws IOException {
    boolean good = true;
    List<BlobEntry> entries = directory.entries();
    int from = 0;
    while (from < entries.size()) {
      int offset = entries.get(from).place().offset();
      int end = from + 1;
      while (end < entries.size() && entries.get(end).place().end() - offset <= READ_BYTES_MAX) {
        end++;
      }
      good &= readRun(directory, entries.subList(from, end), offset);
      from = end;
    }
    return good;
  }

  private boolean readRun(PackDirectory directory, List<BlobEntry> run, int offset)
      throws IOException {
    int length = run.getLast().place().end() - offset;
    if (stored.length < length) {
      stored = new byte[length];
    }
    view.repository()
        .storage()
        .read(Packs.name(directory.pack()), offset, ByteBuffer.wrap(stored, 0, length));
    bytesRead += length;
    if (parity != null) {
      parity.add(stored, 0, length);
    }
    boolean good = true;
    for (BlobEntry entry : run) {
      Location location = Location.of(directory.pack(), directory.content(), entry);
      try {
        readBlob(location, entry, entry.place().offset() - offset);
        chunks++;
      } catch (CorruptData e) {
        good = false;
        findings.suspect(directory.pack(), e.problem());
        findings.bad(directory.pack(), entry.id());
      } catch (ChunkMissing | ObjectMissing e) { // what it was made against; this pack is there
        String needed = "delta " + entry.id();
        Problem problem = new Problem.Missing("chunk", String.valueOf(entry.base()), needed);
        findings.suspect(directory.pack(), problem);
        findings.bad(directory.pack(), entry.id());
      }
    }
    return good;
  }

  private void readBlob(Location location, BlobEntry entry, int from)
      throws CorruptData, IOException {
    int length = entry.place().storedLength();
    int crc = Crc32c.of(stored, from, length);
    BlobDecoder.subject(location).checkEqual(crc, entry.crc(), "crc");
    if (raw.length < entry.place().rawLength()) {
      raw = new byte[entry.place().rawLength()];
    }
    ChunkId base = entry.base();
    byte @Nullable [] basis = base == null ? null : bases.readBase(base);
    decoder.decode(location, Slice.of(stored, from, length), basis, Slice.of(raw));
  }

  @Override
  public void close() {
    decoder.close();
    bases.close();
  }
}
