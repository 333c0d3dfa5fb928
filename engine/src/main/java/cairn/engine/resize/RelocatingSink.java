package cairn.engine.resize;

import cairn.base.block.BlockReader;
import cairn.base.block.BlockSink;
import cairn.filesystem.layout.Patches.Patch;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// A target on which parts of a volume go to other places than where they came from. Parts that go
/// nowhere are dropped; what is written there instead is written by [#finish()].
final class RelocatingSink implements BlockSink {
  /// A range of the volume and where it goes, in bytes.
  record Segment(long from, long length, long to) {
    long end() {
      return from + length;
    }
  }

  /// Writes to the target what does not come from the volume.
  interface Rest {
    void write(BlockSink target) throws IOException;
  }

  private final BlockReader volume;
  private final BlockSink target;
  private final List<Segment> segments;
  private final Rest rest;

  /// @param volume what is restored, to read from it what was dropped
  /// @param rest closed by nobody
  RelocatingSink(BlockReader volume, BlockSink target, List<Segment> segments, Rest rest) {
    this.volume = volume;
    this.target = target;
    this.segments = segments.stream().sorted(Comparator.comparingLong(Segment::from)).toList();
    this.rest = rest;
  }

  /// A segment without the places where patches lie.
  static List<Segment> around(Segment segment, List<Patch> patches) {
    List<Segment> left = new ArrayList<>();
    long at = segment.to();
    long end = segment.to() + segment.length();
    long shift = segment.from() - segment.to();
    for (Patch patch : patches.stream().sorted(Comparator.comparingLong(Patch::offset)).toList()) {
      if (patch.end() > at && patch.offset() < end) {
        add(left, at, patch.offset(), shift);
        at = patch.end();
      }
    }
    add(left, at, end, shift);
    return left;
  }

  private static void add(List<Segment> segments, long from, long end, long shift) {
    if (from < end) {
      segments.add(new Segment(from + shift, end - from, from));
    }
  }

  private interface Part {
    /// @param to in the target, or -1 for what was dropped
    void visit(long offset, long length, long to) throws IOException;
  }

  private void visit(long offset, long length, Part part) throws IOException {
    long at = offset;
    long end = offset + length;
    for (Segment segment : segments) {
      long start = Math.max(at, segment.from());
      long stop = Math.min(end, segment.end());
      if (start < stop) {
        if (at < start) {
          part.visit(at, start - at, -1);
        }
        part.visit(start, stop - start, segment.to() + start - segment.from());
        at = stop;
      }
    }
    if (at < end) {
      part.visit(at, end - at, -1);
    }
  }

  @Override
  public long size() {
    return volume.size();
  }

  @Override
  public void write(long offset, byte[] source, int from, int length) throws IOException {
    visit(
        offset,
        length,
        (at, count, to) -> {
          if (to >= 0) {
            target.write(to, source, from + (int) (at - offset), (int) count);
          }
        });
  }

  @Override
  public void zero(long offset, long length) throws IOException {
    visit(
        offset,
        length,
        (at, count, to) -> {
          if (to >= 0) {
            target.zero(to, count);
          }
        });
  }

  @Override
  public void finish() throws IOException {
    rest.write(target);
    target.finish();
  }

  @Override
  public void readBack(long offset, byte[] bytes, int from, int length) throws IOException {
    visit(
        offset,
        length,
        (at, count, to) -> {
          int place = from + (int) (at - offset);
          if (to >= 0) {
            target.readBack(to, bytes, place, (int) count);
          } else {
            volume.read(at, bytes, place, (int) count);
          }
        });
  }

  @Override
  public void close() throws IOException {
    target.close();
  }
}
