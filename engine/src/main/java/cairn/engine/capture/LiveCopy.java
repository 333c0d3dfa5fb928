package cairn.engine.capture;

import cairn.base.bytes.ChunkId;
import cairn.base.bytes.CorruptData;
import cairn.repository.tree.NodeSink;
import cairn.repository.tree.TreeRoot;
import cairn.repository.tree.TreeUpdater;
import cairn.repository.tree.VolumeTree;
import cairn.volume.HeldBlocks;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The copy of one volume in use, as it comes about. Of each block one of three things is true: it
/// is as in the known tree; or that is in doubt, and it was captured since; or it is in doubt and
/// was not captured, because it is free or about to be read. Used by one thread.
final class LiveCopy implements Closeable {
  /// What is held is read anew in pieces: a tracker marks no less.
  private static final int PIECE_BYTES = 64 << 10;

  /// Sets of blocks and pieces are numbered by ints.
  private static final long BLOCKS_MAX = 1L << 31;

  private final InUse live;
  private final Optional<Known> known;
  private final Source source;
  private final BlockTable table = new BlockTable();
  private final BitSet doubtful = new BitSet();
  private final BitSet captured = new BitSet();
  private final BitSet rewritten = new BitSet();
  private final int blockCount;
  private boolean isWhole;
  private boolean knowsTree;
  private int began;
  private int since;
  private long blocksReread;
  private final int pieceBytes;
  private @Nullable HeldBlocks memory;
  private final BitSet held = new BitSet();
  private final BitSet stalePieces = new BitSet();
  private BitSet used = new BitSet();

  /// @param source with what to compare blocks with
  LiveCopy(InUse live, Source source, Optional<Known> known) throws IOException {
    this.pieceBytes = Math.min(PIECE_BYTES, source.blockBytes());
    if (source.blockCount() >= BLOCKS_MAX / (source.blockBytes() / pieceBytes)) {
      throw new IOException(
          live.volume().identity().location() + " has too many blocks to be captured while in use");
    }
    this.live = live;
    this.known = known;
    this.source = source;
    this.blockCount = (int) source.blockCount();
  }

  long size() {
    return live.volume().size();
  }

  String path() {
    return live.volume().identity().location();
  }

  /// The tree that it is compared with has every block but for those that were written to.
  ///
  /// @param generation since which
  record Known(int generation) {}

  /// Takes all of the volume for used: what is in use cannot be found out in a moment.
  void takeWhole() {
    isWhole = true;
  }

  boolean isWhole() {
    return isWhole;
  }

  /// Does once what will be done in a moment: what is loaded and compiled now takes no time then.
  void warmUp() throws IOException {
    used = used(false);
  }

  /// Marks count from here.
  ///
  /// @param still whether the volume stands still
  void begin(boolean still) throws IOException {
    used = used(still);
    began = live.writes().advance();
    since = began;
    knowsTree = known.isPresent() && addWritten(doubtful, known.get().generation());
    if (!knowsTree) {
      doubtEverything();
    }
  }

  /// The tree is not to be trusted after all. Nothing may have been captured yet.
  void doubtEverything() {
    knowsTree = false;
    doubtful.set(0, blockCount);
  }

  boolean knowsTree() {
    return knowsTree;
  }

  /// Reads what is in use and in doubt.
  void firstPass(Intake intake) throws IOException, CorruptData {
    BitSet blocks = (BitSet) used.clone();
    blocks.and(doubtful);
    read(intake, source, blocks);
  }

  /// Of what was written to since the last time, what was in use then; all of it is in doubt from
  /// now on.
  BitSet catchUp() throws IOException {
    int last = since;
    since = live.writes().advance();
    BitSet written = new BitSet();
    boolean known =
        live.writes()
            .since(
                last,
                (offset, length) -> {
                  setBlocks(written, offset, length);
                  long end = Math.ceilDiv(offset + length, pieceBytes);
                  stalePieces.set((int) (offset / pieceBytes), (int) end);
                });
    if (!known) {
      written.set(0, blockCount);
      stalePieces.set(0, pieces(blockCount));
    }
    doubtful.or(written);
    rewritten.or(written);
    captured.andNot(written);
    written.and(used);
    return written;
  }

  void readAgain(Intake intake, BitSet blocks) throws IOException, CorruptData {
    blocksReread += blocks.cardinality();
    read(intake, source, blocks);
  }

  long bytes(BitSet blocks) {
    return (long) blocks.cardinality() * source.blockBytes();
  }

  boolean seesWrites() {
    return live.writes().isSeeing();
  }

  /// Whether what is in use was written to since it was caught up with last.
  boolean isDisturbed() {
    BitSet written = new BitSet();
    return seesWrites() && (!addWritten(written, since) || written.intersects(used));
  }

  /// Of what is in use, what the copy lacks. What was caught up with must be true when the volume
  /// stands still.
  BitSet missing() throws IOException {
    used = used(true);
    BitSet blocks = (BitSet) used.clone();
    blocks.and(doubtful);
    blocks.andNot(captured);
    return blocks;
  }

  /// What is in memory once these blocks are held, too.
  long bytesHeldWith(BitSet blocks) {
    BitSet all = (BitSet) held.clone();
    all.or(blocks);
    return bytes(all);
  }

  /// What has to be read to [#hold] these blocks.
  long bytesToHold(BitSet blocks) {
    return (long) piecesToHold(blocks).cardinality() * pieceBytes;
  }

  /// Of blocks that are held, what was written to since; of others, all.
  private BitSet piecesToHold(BitSet blocks) {
    BitSet pieces = new BitSet();
    for (int block = blocks.nextSetBit(0); block >= 0; block = blocks.nextSetBit(block + 1)) {
      pieces.set(pieces(block), pieces(block + 1));
    }
    BitSet current = new BitSet();
    for (int block = held.nextSetBit(0); block >= 0; block = held.nextSetBit(block + 1)) {
      current.set(pieces(block), pieces(block + 1));
    }
    current.andNot(stalePieces);
    pieces.andNot(current);
    return pieces;
  }

  private int pieces(int blocks) {
    return blocks * (source.blockBytes() / pieceBytes);
  }

  /// Reads blocks into memory, to be worked on later. Of what was held before, only what was
  /// written to since is read.
  void hold(BitSet blocks, Readers readers) throws IOException, CorruptData {
    BitSet pieces = piecesToHold(blocks);
    List<HeldBlocks.Range> ranges = new ArrayList<>();
    visitRuns(
        pieces,
        (first, count) -> {
          long offset = first * pieceBytes;
          long length = Math.min((long) count * pieceBytes, live.volume().size() - offset);
          if (length > 0) {
            ranges.add(new HeldBlocks.Range(offset, length));
          }
        });
    try {
      memory().hold(ranges, readers.executor(), readers.threads());
    } catch (IOException e) {
      throw new SourceFailed(e);
    }
    stalePieces.andNot(pieces);
    held.or(blocks);
    captured.or(blocks);
  }

  private HeldBlocks memory() {
    HeldBlocks made = memory;
    if (made == null) {
      made = new HeldBlocks(live.volume(), pieceBytes);
      memory = made;
    }
    return made;
  }

  /// Makes room for what is held next, so that the moment is not spent on finding memory.
  void reserve(long bytes) {
    memory().reserve(bytes);
  }

  /// Stores what is held and was not written to since, and holds nothing any more.
  void storeHeld(Intake intake) throws IOException, CorruptData {
    BitSet blocks = (BitSet) held.clone();
    blocks.and(captured);
    blocksReread += blocks.cardinality();
    read(intake, new Source(memory(), source.parent(), source.blockBytes()), blocks);
    release();
  }

  private void release() {
    HeldBlocks made = memory;
    if (made != null) {
      made.close();
    }
    memory = null;
    held.clear();
  }

  /// So that the next run reads what this one skipped, if it comes to be used without being written
  /// to.
  void countSkippedAsWritten() {
    BitSet skipped = (BitSet) doubtful.clone();
    skipped.andNot(captured);
    for (int first = skipped.nextSetBit(0); first >= 0; ) {
      int end = skipped.nextClearBit(first);
      long offset = (long) first * source.blockBytes();
      long length = Math.min((long) end * source.blockBytes(), live.volume().size()) - offset;
      live.writes().countAsWritten(offset, length);
      first = skipped.nextSetBit(end);
    }
  }

  /// Blocks that the known tree speaks for, and that are in use.
  BitSet spokenFor() {
    BitSet blocks = (BitSet) used.clone();
    blocks.andNot(doubtful);
    return blocks;
  }

  /// Captured blocks that nobody wrote to from the beginning until now.
  BitSet untouched() {
    BitSet blocks = (BitSet) captured.clone();
    blocks.andNot(rewritten);
    blocks.andNot(writtenSinceBegin());
    return blocks;
  }

  /// What was written to from the beginning until now.
  BitSet writtenSinceBegin() {
    BitSet written = new BitSet();
    if (!addWritten(written, began)) {
      written.set(0, blockCount);
    }
    return written;
  }

  /// Why it is not known what was written to since the beginning; empty when it is, or when nobody
  /// can tell.
  Optional<String> loss() {
    boolean known = live.writes().since(began, (offset, length) -> {});
    return known ? Optional.empty() : live.writes().loss();
  }

  /// What the image holds.
  @Nullable ChunkId chunk(int block) throws IOException, CorruptData {
    if (doubtful.get(block)) {
      return captured.get(block) ? table.get(block) : null;
    }
    return source.parent().chunks(block, 1)[0];
  }

  Source source() {
    return source;
  }

  Optional<TreeRoot> finish(NodeSink nodes) throws IOException, CorruptData {
    VolumeTree before = knowsTree ? source.parent() : VolumeTree.none();
    BitSet changed = knowsTree ? doubtful : captured;
    return new TreeUpdater(before, nodes, blockCount)
        .run(
            new TreeUpdater.Changes() {
              @Override
              public long next(long block) {
                int next = changed.nextSetBit((int) block);
                return next < 0 ? Long.MAX_VALUE : next;
              }

              @Override
              public @Nullable ChunkId chunk(long block) throws IOException {
                return captured.get((int) block) ? table.get(block) : null;
              }
            });
  }

  int generation() {
    return since;
  }

  long bytesReread() {
    return blocksReread * source.blockBytes();
  }

  private BitSet used(boolean still) throws IOException {
    BitSet blocks = new BitSet();
    if (isWhole) {
      blocks.set(0, blockCount);
      return blocks;
    }
    try {
      live.used().visit(still, (offset, length) -> setBlocks(blocks, offset, length));
    } catch (IOException e) {
      throw new SourceFailed(e);
    }
    return blocks;
  }

  private boolean addWritten(BitSet blocks, int generation) {
    return live.writes().since(generation, (offset, length) -> setBlocks(blocks, offset, length));
  }

  private void setBlocks(BitSet blocks, long offset, long length) {
    long first = offset / source.blockBytes();
    long end = (offset + length + source.blockBytes() - 1) / source.blockBytes();
    blocks.set((int) first, (int) Math.min(blockCount, end));
  }

  private void read(Intake intake, Source from, BitSet blocks) throws IOException, CorruptData {
    intake.run(
        from,
        visitor -> visitRuns(blocks, (first, count) -> visitor.read(first, count, false)),
        (block, chunk) -> {
          table.put(block, chunk);
          captured.set((int) block);
        });
  }

  private interface RunVisitor {
    void run(long firstBlock, int count) throws IOException, CorruptData;
  }

  private void visitRuns(BitSet blocks, RunVisitor visitor) throws IOException, CorruptData {
    int most = Batch.blocks(source.blockBytes());
    for (int first = blocks.nextSetBit(0); first >= 0; ) {
      int end = Math.min(blocks.nextClearBit(first), first + most);
      visitor.run(first, end - first);
      first = blocks.nextSetBit(end);
    }
  }

  @Override
  public void close() throws IOException {
    release();
    table.close();
  }
}
