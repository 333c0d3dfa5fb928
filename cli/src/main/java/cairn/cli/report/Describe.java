package cairn.cli.report;

import cairn.base.bytes.ObjectId;
import cairn.base.bytes.Problem;
import cairn.repository.snapshot.Counts;
import cairn.repository.snapshot.Details;
import cairn.repository.snapshot.Snapshot;
import cairn.repository.snapshot.VolumeImage;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;

/// How the things of a repository are shown.
public final class Describe {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT);
  private static final int SHORT_ID = 8;

  private Describe() {}

  /// The first digits of an id; enough to find it again, as a rule.
  public static String shortId(ObjectId id) {
    return id.toString().substring(0, SHORT_ID);
  }

  /// In the time zone of whoever looks.
  public static String time(Instant time) {
    return TIME.format(time.atZone(ZoneId.systemDefault()));
  }

  /// The bytes of all volumes.
  public static long size(Snapshot snapshot) {
    return snapshot.details().volumes().stream().mapToLong(VolumeImage::size).sum();
  }

  public static Json json(Snapshot snapshot) {
    Details details = snapshot.details();
    return new Json()
        .put("snapshot", snapshot.id().toString())
        .put("group", snapshot.group())
        .put("received", snapshot.received().toString())
        .put("started", details.started().toString())
        .put("parent", details.parent())
        .put("host", details.host())
        .put("program", details.program())
        .putTexts("tags", details.tags())
        .put("verified", details.verified())
        .putObjects("volumes", volumes(snapshot))
        .put("counts", json(details.counts()));
  }

  public static List<Json> volumes(Snapshot snapshot) {
    return snapshot.details().volumes().stream().map(Describe::json).toList();
  }

  private static Json json(VolumeImage volume) {
    return new Json()
        .put("name", volume.name())
        .put("size", volume.size())
        .put("blockBytes", volume.blockBytes())
        .put("root", volume.root().map(root -> root.id().toString()))
        .put("source", volume.source());
  }

  private static Json json(Counts counts) {
    return new Json()
        .put("blocksTotal", counts.blocksTotal())
        .put("blocksRead", counts.blocksRead())
        .put("blocksNew", counts.blocksNew())
        .put("bytesRead", counts.bytesRead())
        .put("bytesStored", counts.bytesStored())
        .put("durationMillis", counts.durationMillis());
  }

  /// What damage has cost, in bytes of volumes.
  public static long bytesLost(List<? extends Problem> problems) {
    return problems.stream()
        .mapToLong(
            problem -> problem instanceof Problem.Affected(_, _, _, long length) ? length : 0)
        .sum();
  }

  public static List<Json> problems(List<? extends Problem> problems) {
    return problems.stream().map(Describe::json).toList();
  }

  private static Json json(Problem problem) {
    Json json =
        new Json()
            .put("kind", problem.kind())
            .put("id", problem.id())
            .put("text", problem.message());
    return switch (problem) {
      case Problem.Corrupt corrupt ->
          json.put("type", "corrupt")
              .put("place", corrupt.place())
              .put("slot", corrupt.slot())
              .put("field", corrupt.field())
              .put("have", corrupt.have())
              .put("expect", corrupt.expect());
      case Problem.TreeBlock block ->
          json.put("type", "corrupt")
              .put("tree", block.tree())
              .put("slot", block.slot())
              .put("where", block.where())
              .put("field", block.field())
              .put("have", block.have())
              .put("expect", block.expect());
      case Problem.Missing missing ->
          json.put("type", "missing").put("neededBy", missing.neededBy());
      case Problem.Unknown unknown -> json.put("type", "unknown").put("why", unknown.why());
      case Problem.More more -> json.put("type", "more").put("count", more.count());
      case Problem.Affected affected ->
          json.put("type", "affected")
              .put("volume", affected.volume())
              .put("offset", affected.offset())
              .put("length", affected.length());
    };
  }
}
