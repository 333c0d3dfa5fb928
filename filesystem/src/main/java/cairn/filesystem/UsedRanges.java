package cairn.filesystem;

import cairn.base.block.BlockReader;
import cairn.base.block.Extent;
import cairn.base.bytes.CorruptData;
import cairn.filesystem.Content.FileSystem;
import cairn.filesystem.Content.Part;
import cairn.filesystem.Content.Partitioned;
import cairn.filesystem.Content.PhysicalVolume;
import cairn.filesystem.Content.Swap;
import cairn.filesystem.Content.Unknown;
import cairn.filesystem.layout.Area;
import cairn.filesystem.used.Allocation;
import cairn.filesystem.used.Freshness;
import cairn.filesystem.used.MapRefused;
import cairn.filesystem.used.Moment;
import cairn.filesystem.used.UsedVisitor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Which ranges of a whole volume hold anything that matters.
///
/// Partition tables and everything between partitions are in use; in a partition what its content
/// says; all of whatever is not understood, damaged or not current.
///
/// @param content what the volume holds
/// @param parts its partitions, or itself when it has none, in ascending order
public record UsedRanges(Content content, List<PartUse> parts) {
  public UsedRanges {
    parts = List.copyOf(parts);
  }

  /// What is used of a partition, or of a volume without partitions.
  ///
  /// @param usedBytes at most so many; ranges that were told twice count twice
  /// @param reason why everything is taken; empty when the free blocks are known
  public record PartUse(
      long offset, long length, Content content, long usedBytes, Optional<String> reason) {
    /// One line for a report.
    public String sentence() {
      return reason
          .map(why -> content.type() + ": every block is taken: " + why)
          .orElse(content.type() + ": " + usedBytes + " of " + length + " bytes are in use");
    }
  }

  /// Of a volume that nobody writes to.
  public static UsedRanges visit(BlockReader volume, UsedVisitor visitor) throws IOException {
    return visit(volume, (offset, length) -> Moment.AT_REST, visitor);
  }

  /// Tells the visitor every range that may hold something, in any order, overlapping or not.
  ///
  /// @throws IOException when the start of the volume or a partition could not be read; further on,
  ///   what cannot be read is a reason to take everything
  public static UsedRanges visit(BlockReader volume, Moments moments, UsedVisitor visitor)
      throws IOException {
    Content content = Contents.identify(volume);
    List<PartUse> parts = new ArrayList<>();
    if (content instanceof Partitioned partitioned) {
      visitGaps(volume, partitioned, visitor);
      for (Part part : partitioned.parts()) {
        long offset = part.partition().offset();
        Area area = new Area(volume, offset, part.partition().length());
        parts.add(new Taking(area, offset, visitor).take(part.content(), moments));
      }
    } else {
      parts.add(new Taking(volume, 0, visitor).take(content, moments));
    }
    return new UsedRanges(content, parts);
  }

  private static void visitGaps(BlockReader volume, Partitioned partitioned, UsedVisitor visitor) {
    for (Extent table : partitioned.table().tables()) {
      visitor.used(table.offset(), table.length());
    }
    long end = 0;
    for (Part part : partitioned.parts()) {
      if (part.partition().offset() > end) {
        visitor.used(end, part.partition().offset() - end);
      }
      end = part.partition().end();
    }
    if (end < volume.size()) {
      visitor.used(end, volume.size() - end);
    }
  }

  /// Tells what one part of the volume uses.
  private static final class Taking implements UsedVisitor {
    private final BlockReader part;
    private final long offset;
    private final UsedVisitor visitor;
    private long told;

    Taking(BlockReader part, long offset, UsedVisitor visitor) {
      this.part = part;
      this.offset = offset;
      this.visitor = visitor;
    }

    /// Clips what is told to the part, so that no map can speak for its neighbours.
    @Override
    public void used(long from, long length) {
      long start = Math.clamp(from, 0, part.size());
      long end = Math.clamp(from + length, start, part.size());
      if (end > start) {
        told += end - start;
        visitor.used(offset + start, end - start);
      }
    }

    PartUse take(Content content, Moments moments) {
      Optional<String> reason =
          switch (content) {
            case FileSystem known -> refusal(known.format(), moments);
            case Swap swap -> refusal(swap.format(), moments);
            case PhysicalVolume known -> refusal(known.format(), moments);
            case Unknown unknown -> Optional.of(unknown.why());
            case Partitioned nested -> Optional.of("it is divided again");
          };
      if (reason.isPresent()) {
        used(0, part.size());
      }
      return new PartUse(offset, part.size(), content, Math.min(told, part.size()), reason);
    }

    private Optional<String> refusal(Allocation allocation, Moments moments) {
      try {
        Freshness freshness = allocation.freshness();
        if (!moments.of(offset, part.size()).accepts(freshness)) {
          return Optional.of(tooOld(freshness));
        }
        allocation.visitUsed(this);
        return Optional.empty();
      } catch (CorruptData e) {
        return Optional.of(e.problem().message());
      } catch (MapRefused e) {
        return Optional.of(e.why());
      } catch (IOException e) {
        return Optional.of("its map could not be read: " + e.getMessage());
      }
    }

    private static String tooOld(Freshness freshness) {
      return freshness == Freshness.STALE
          ? "its journal has not been replayed, so that its map is older than its data"
          : "it was not unmounted, so that its map may be older than its data";
    }
  }
}
