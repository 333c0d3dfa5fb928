package cairn.engine.capture;

import cairn.volume.VolumeIdentity;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// What identifies a source, as a snapshot keeps it.
public final class SourceText {
  private SourceText() {}

  public static Map<String, String> of(VolumeIdentity identity) {
    Map<String, String> text = new TreeMap<>();
    text.put("kind", identity.kind().name().toLowerCase(Locale.ROOT));
    text.put("path", identity.location());
    identity
        .device()
        .ifPresent(device -> {
          text.put("number", device.number());
          text.put("model", device.model());
          text.put("serial", device.serial());
          text.put("wwid", device.wwid());
        });
    return text;
  }
}
