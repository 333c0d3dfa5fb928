package cairn.engine.capture;

import cairn.base.bytes.ChunkId;
import cairn.base.bytes.CorruptData;
import cairn.linux.freeze.FreezeBroken;
import cairn.linux.freeze.FreezeRefused;
import cairn.repository.crypto.ChunkDigest;
import cairn.repository.snapshot.VolumeImage;
import cairn.repository.tree.NodeSink;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Captures volumes in use, and looks afterwards whether what it relied on was so: blocks that
/// nobody is said to have written to are read once more.
public final class LiveCapture {
  /// Of the blocks that are taken for unchanged, one in so many is read all the same.
  private static final int BLOCKS_PER_SAMPLE = 1000;

  private static final int SAMPLES_MIN = 64;

  /// Of the heap, so much is for sets of blocks.
  private static final int HEAP_PART = 3;

  private final Stillness stillness;
  private final Converge converge;
  private final ChunkDigest digest;
  private final RandomGenerator chance;

  public LiveCapture(
      Stillness stillness, Converge converge, ChunkDigest digest, RandomGenerator chance) {
    this.stillness = stillness;
    this.converge = converge;
    this.digest = digest;
    this.chance = chance;
  }

  /// A volume and what to compare it with.
  public record Subject(String name, InUse inUse, Source source, Before before, NodeSink nodes) {}

  /// What the parent has.
  ///
  /// @param snapshot its id; empty when there is none
  /// @param image of the same volume; empty when it is not there
  /// @param doubt why its blocks must not be relied upon; empty when there is no reason
  /// @param setAside tells what repairs had set aside in the repository when this run began
  public record Before(
      String snapshot, Optional<VolumeImage> image, Optional<String> doubt, String setAside) {}

  /// Captures all of them at one moment.
  ///
  /// @param warnings to which is added what a person should know
  /// @throws CannotConverge when writes outran reading, or nothing could be frozen
  /// @throws SourceFailed when a source could not be read, or changed though nobody wrote to it
  public List<VolumeImage> run(List<Subject> subjects, List<String> warnings)
      throws IOException, CorruptData {
    checkHeap(subjects.stream().mapToLong(subject -> subject.source.blockCount()).sum());
    try {
      return capture(subjects, warnings);
    } catch (FreezeRefused | FreezeBroken e) {
      throw new CannotConverge(e);
    }
  }

  private List<VolumeImage> capture(List<Subject> subjects, List<String> warnings)
      throws IOException, CorruptData {
    List<Continuity> proofs = new ArrayList<>();
    List<LiveCopy> copies = new ArrayList<>();
    try {
      for (Subject subject : subjects) {
        Continuity proof = continuity(subject);
        proofs.add(proof);
        copies.add(new LiveCopy(subject.inUse, subject.source, proof.known()));
      }
      List<Superblocks> before =
          subjects.stream().map(subject -> Superblocks.of(subject.source.volume())).toList();
      begin(copies, warnings);
      for (int i = 0; i < copies.size(); i++) {
        proofs.set(i, prove(copies.get(i), proofs.get(i), warnings));
      }
      Converge.Outcome outcome = converge.run(copies);
      boolean seen = copies.stream().allMatch(LiveCopy::seesWrites);
      Way others = Way.ofUsed(seen, false, stillness.isPossible());
      List<VolumeImage> images = new ArrayList<>();
      for (int i = 0; i < copies.size(); i++) {
        checkSame(before.get(i), copies.get(i));
        checkUntouched(copies.get(i));
        copies.get(i).countSkippedAsWritten();
        boolean over = subjects.get(i).inUse.writes().isOver();
        Facts facts =
            over
                ? new Facts(Way.SNAPSHOT, proofs.get(i), outcome.ofSnapshot())
                : new Facts(others, proofs.get(i), outcome);
        images.add(image(subjects.get(i), copies.get(i), facts));
      }
      return images;
    } finally {
      for (LiveCopy copy : copies) {
        copy.close();
      }
    }
  }

  /// Sets of blocks take about a byte for each block.
  private static void checkHeap(long blocks) throws IOException {
    long heap = Runtime.getRuntime().maxMemory();
    if (blocks > heap / HEAP_PART) {
      throw new IOException(
          "the volumes in use have "
              + blocks
              + " blocks, too many for a heap of "
              + (heap >> 20)
              + " MiB: set CAIRN_HEAP to "
              + ((blocks * HEAP_PART) >> 20)
              + "m, or back them up one at a time");
    }
  }

  /// The map of what is in use must not be older than data that was written before anybody looked,
  /// nor torn. Without one, nothing has to stand still yet.
  private void begin(List<LiveCopy> copies, List<String> warnings) throws IOException {
    if (!stillness.isPossible()) {
      for (LiveCopy copy : copies) {
        copy.begin(false);
      }
      return;
    }
    warmUp(copies, warnings);
    stillness.settle();
    try (Stillness.Moment moment = stillness.begin()) {
      for (LiveCopy copy : copies) {
        copy.begin(true);
      }
      moment.end();
    } catch (FreezeBroken e) {
      if (!copies.stream().allMatch(LiveCopy::seesWrites)) {
        throw e; // it is to be read in a moment, and would take all the longer
      }
      for (LiveCopy copy : copies) {
        takeWhole(copy, warnings);
        copy.begin(false);
      }
    }
  }

  private void warmUp(List<LiveCopy> copies, List<String> warnings) throws IOException {
    Duration left = converge.mapping();
    for (LiveCopy copy : copies) {
      Instant start = converge.clock().instant();
      copy.warmUp();
      Duration taken = Duration.between(start, converge.clock().instant());
      if (taken.compareTo(left) > 0 && copy.seesWrites()) {
        takeWhole(copy, warnings);
      } else {
        left = left.minus(taken);
      }
    }
  }

  private static void takeWhole(LiveCopy copy, List<String> warnings) {
    if (copy.isWhole()) {
      return;
    }
    copy.takeWhole();
    warnings.add(
        "to find out what of "
            + copy.path()
            + " is in use takes longer than it may stand still: all of it was read, free space as"
            + " well; allow a longer freeze");
  }

  private static Continuity continuity(Subject subject) {
    Writes writes = subject.inUse.writes();
    Continuity.Now now = now(subject, new Writes.Mark(writes.tracker(), writes.generation()));
    Continuity proof =
        subject
            .before
            .image
            .map(image ->
                writes
                    .base()
                    .map(base -> Continuity.standingOn(base, subject.before.snapshot, now))
                    .orElseGet(() -> Continuity.of(image, now)))
            .orElse(Continuity.doubt("there is no snapshot to compare with"));
    return subject.before.doubt.map(proof::doubted).orElse(proof);
  }

  private static Continuity.Now now(Subject subject, Writes.Mark mark) {
    Source source = subject.source;
    return new Continuity.Now(
        new Continuity.Clock(mark.tracker(), mark.generation(), subject.inUse.writes()::stamp),
        source.volume().size(),
        source.blockBytes(),
        subject.before.setAside);
  }

  /// Reads a sample of what the tracker says is unchanged.
  private Continuity prove(LiveCopy copy, Continuity proof, List<String> warnings)
      throws IOException, CorruptData {
    if (proof.known().isEmpty()) {
      return proof;
    }
    if (!copy.knowsTree()) {
      return proof.doubted("the tracker has lost sight of writes");
    }
    Optional<Integer> wrong;
    try {
      wrong = firstWrong(copy, copy.spokenFor());
    } catch (SourceFailed e) {
      throw e;
    } catch (IOException | CorruptData e) {
      copy.doubtEverything();
      return proof.doubted("the last snapshot cannot be read");
    }
    if (wrong.isEmpty()) {
      return proof;
    }
    copy.doubtEverything();
    warnings.add(
        "block "
            + wrong.get()
            + " of "
            + copy.path()
            + " differs from the last snapshot, though the tracker saw no write: everything was"
            + " read; start the tracker anew and report this");
    return Continuity.distrust("the tracker missed a write");
  }

  private static void checkSame(Superblocks before, LiveCopy copy) throws SourceFailed {
    Optional<String> change = before.changeOf(copy.source().volume());
    if (change.isPresent()) {
      throw new SourceFailed(
          new IOException(
              copy.path()
                  + " holds something else than when the backup began: "
                  + change.get()
                  + "; run it again"));
    }
  }

  /// Our own reading must not have changed anything, nor may a write have gone unseen.
  private void checkUntouched(LiveCopy copy) throws IOException, CorruptData {
    BitSet before = copy.untouched();
    Optional<Integer> wrong = firstWrong(copy, before);
    if (wrong.isPresent()) {
      throw new SourceFailed(
          new IOException(
              "block "
                  + wrong.get()
                  + " of "
                  + copy.path()
                  + " reads otherwise than before, though no write to it was seen: the device or"
                  + " the tracker cannot be trusted"));
    }
  }

  /// @param candidates blocks that should be as the copy has them unless they are written to now
  private Optional<Integer> firstWrong(LiveCopy copy, BitSet candidates)
      throws IOException, CorruptData {
    Source source = copy.source();
    byte[] block = new byte[source.blockBytes()];
    List<Integer> wrong = new ArrayList<>();
    for (int number : sample(candidates)) {
      long offset = (long) number * source.blockBytes();
      int length = (int) Math.min(block.length, source.volume().size() - offset);
      try {
        source.volume().read(offset, block, 0, length);
      } catch (IOException e) {
        throw new SourceFailed(e);
      }
      if (!Objects.equals(chunkOf(block, length), copy.chunk(number))) {
        wrong.add(number);
      }
    }
    if (!wrong.isEmpty()) {
      BitSet written = copy.writtenSinceBegin();
      wrong.removeIf(written::get);
    }
    return wrong.stream().findFirst();
  }

  private @Nullable ChunkId chunkOf(byte[] block, int length) {
    boolean zeros = Arrays.equals(block, 0, length, new byte[length], 0, length);
    return zeros ? null : digest.of(block, 0, length);
  }

  private List<Integer> sample(BitSet candidates) {
    List<Integer> sample = new ArrayList<>();
    int count = candidates.cardinality();
    int wanted = Math.max(SAMPLES_MIN, count / BLOCKS_PER_SAMPLE);
    for (int i = 0; i < wanted && count > 0; i++) {
      int place = chance.nextInt(candidates.length());
      int next = candidates.nextSetBit(place);
      sample.add(next < 0 ? candidates.nextSetBit(0) : next);
    }
    sample.sort(null);
    return sample.stream().distinct().toList();
  }

  private record Facts(Way way, Continuity proof, Converge.Outcome outcome) {}

  private static Map<String, String> text(Facts what) {
    Converge.Outcome outcome = what.outcome;
    Continuity proof = what.proof;
    Map<String, String> facts = new TreeMap<>();
    facts.put("capture", what.way.word());
    facts.put("passes", Integer.toString(outcome.passes()));
    facts.put("bytesReread", Long.toString(outcome.bytesReread()));
    facts.put("freezeMillis", Long.toString(outcome.moment().toMillis()));
    facts.put("unchanged", proof.known().isPresent() ? "not read" : "read");
    facts.put("because", proof.reason());
    return facts;
  }

  private static VolumeImage image(Subject subject, LiveCopy copy, Facts facts)
      throws IOException, CorruptData {
    Map<String, String> source = new TreeMap<>(SourceText.of(subject.inUse.volume().identity()));
    source.putAll(text(facts));
    facts.proof.write(source, now(subject, subject.inUse.writes().mark(copy.generation())));
    return new VolumeImage(
        subject.name,
        subject.source.volume().size(),
        subject.source.blockBytes(),
        copy.finish(subject.nodes),
        source);
  }
}
