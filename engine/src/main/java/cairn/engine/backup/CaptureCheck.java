package cairn.engine.backup;

import cairn.base.block.BlockReader;
import cairn.base.bytes.CorruptData;
import cairn.engine.Cancellation;
import cairn.engine.Progress;
import cairn.engine.Surroundings;
import cairn.engine.image.KeptBlocks;
import cairn.engine.image.SnapshotVolume;
import cairn.engine.inside.Deadline;
import cairn.engine.inside.Fsck;
import cairn.engine.inside.FsckReport;
import cairn.engine.inside.FsckText;
import cairn.engine.inside.Verdict;
import cairn.filesystem.Content.PhysicalVolume;
import cairn.filesystem.Place;
import cairn.filesystem.Places;
import cairn.repository.Repository;
import cairn.repository.index.Index;
import cairn.repository.read.ChunkReader;
import cairn.repository.read.NodeReader;
import cairn.repository.session.WriteSession;
import cairn.repository.snapshot.VolumeImage;
import cairn.repository.tree.VolumeTree;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;

/// Checks the file systems in what was captured, before it is committed. It reads what was stored,
/// not the source: that has gone on since.
///
/// Whatever comes of it, even an error in a checker, the capture is good: only a wish to stop ends
/// the backup.
final class CaptureCheck {
  private final Repository repository;
  private final Surroundings surroundings;
  private final Progress progress;
  private final Cancellation cancellation;

  CaptureCheck(
      Repository repository,
      Surroundings surroundings,
      Progress progress,
      Cancellation cancellation) {
    this.repository = repository;
    this.surroundings = surroundings;
    this.progress = progress;
    this.cancellation = cancellation;
  }

  /// @param session that has published its data
  /// @param time for all of it; zero to do nothing
  /// @param warnings to which is added what is suspect
  /// @return the images, with what was found in their sources
  List<VolumeImage> run(
      List<VolumeImage> images, WriteSession session, Duration time, List<String> warnings)
      throws Cancellation.Cancelled {
    if (time.isZero()) {
      return images;
    }
    try (Index index = session.openPublished();
        ChunkReader nodes = reader(index)) {
      SortedMap<String, BlockReader> volumes = new TreeMap<>();
      try {
        for (VolumeImage image : images) {
          BlockReader volume = open(image, new NodeReader(nodes), () -> reader(index));
          volumes.put(image.name(), KeptBlocks.sharing(volume, images.size()));
        }
        return check(images, Places.of(volumes), time, warnings);
      } finally {
        for (BlockReader volume : volumes.values()) {
          volume.close();
        }
      }
    } catch (Cancellation.Cancelled e) {
      throw e;
    } catch (IOException | CorruptData e) {
      return unknown(images, "it could not be checked: " + e.getMessage());
    } catch (OutOfMemoryError e) {
      return unknown(images, "there was not enough memory to check it: raise CAIRN_HEAP");
    } catch (RuntimeException | StackOverflowError e) {
      return unknown(images, "the check failed, please report it: " + e);
    }
  }

  private ChunkReader reader(Index index) {
    return new ChunkReader(repository.storage(), index, repository.protection());
  }

  private static BlockReader open(
      VolumeImage image, NodeReader nodes, Supplier<ChunkReader> newReader) {
    VolumeTree tree = new VolumeTree(nodes, image.root().orElse(null), image.blockCount());
    return new SnapshotVolume(image, tree, newReader);
  }

  private List<VolumeImage> check(
      List<VolumeImage> images, Places places, Duration time, List<String> warnings)
      throws Cancellation.Cancelled {
    Deadline deadline = Deadline.in(time, surroundings.clock());
    FsckReport report = new Fsck(progress, cancellation).run(places.all(), false, deadline);
    for (Verdict verdict : report.verdicts()) {
      if (verdict.state() == Verdict.State.SUSPECT) {
        warnings.add(warning(verdict));
      }
    }
    return images.stream()
        .map(image -> told(image, FsckText.of(of(image, places, report))))
        .toList();
  }

  private static String warning(Verdict verdict) {
    return String.format(
        Locale.ROOT,
        "what was backed up is damaged inside: %s has %,d %s, the first is '%s'; 'cairn fsck' lists"
            + " them, and the snapshot is as good as its source",
        verdict.name(),
        verdict.problemCount(),
        verdict.problemCount() == 1 ? "problem" : "problems",
        verdict.problems().getFirst().message());
  }

  /// What concerns one volume: itself, its partitions, and logical volumes if parts of them may lie
  /// in it.
  private static FsckReport of(VolumeImage image, Places places, FsckReport report) {
    List<String> names = places.all().stream().map(Place::address).toList();
    boolean hasExtents =
        places.all().stream()
            .anyMatch(place -> isWithin(place, image) && place.content() instanceof PhysicalVolume);
    return new FsckReport(
        report.verdicts().stream()
            .filter(verdict ->
                isWithin(verdict.place(), image)
                    || (hasExtents
                        && !verdict.place().container().isEmpty()
                        && !names.contains(verdict.place().container())))
            .toList());
  }

  private static boolean isWithin(Place place, VolumeImage image) {
    String name = image.name();
    return place.address().equals(name) || place.container().equals(name);
  }

  private static List<VolumeImage> unknown(List<VolumeImage> images, String why) {
    return images.stream().map(image -> told(image, FsckText.unknown(why))).toList();
  }

  private static VolumeImage told(VolumeImage image, Map<String, String> text) {
    Map<String, String> source = new TreeMap<>(image.source());
    source.putAll(text);
    return new VolumeImage(image.name(), image.size(), image.blockBytes(), image.root(), source);
  }
}
