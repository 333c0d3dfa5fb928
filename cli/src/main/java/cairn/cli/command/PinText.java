package cairn.cli.command;

import cairn.cli.report.Describe;
import cairn.cli.report.Json;
import cairn.repository.pin.Pin;
import cairn.repository.pin.Pins;
import cairn.repository.snapshot.Snapshot;
import java.util.List;
import java.util.stream.Collectors;

/// How the pins of a snapshot are shown.
final class PinText {
  private PinText() {}

  /// `no`, or since when and why.
  static String of(Snapshot snapshot, Pins.Listing pins) {
    if (!pins.isPinned(snapshot.id())) {
      return "no";
    }
    List<Pin> readable = pins.of(snapshot.id());
    return readable.isEmpty()
        ? "yes"
        : readable.stream().map(PinText::of).collect(Collectors.joining("; "));
  }

  private static String of(Pin pin) {
    String since = "since " + Describe.time(pin.made());
    return pin.reason().isEmpty() ? since : since + ": " + pin.reason();
  }

  /// The snapshot and its pins.
  static Json json(Snapshot snapshot, Pins.Listing pins) {
    return Describe.json(snapshot)
        .put("pinned", pins.isPinned(snapshot.id()))
        .putObjects("pins", pins.of(snapshot.id()).stream().map(PinText::json).toList());
  }

  private static Json json(Pin pin) {
    return new Json().put("reason", pin.reason()).put("made", pin.made().toString());
  }
}
