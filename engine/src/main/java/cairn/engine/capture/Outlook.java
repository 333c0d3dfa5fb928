package cairn.engine.capture;

import cairn.linux.topology.BlockDevice;
import java.util.List;

/// What a backup of a device would come to if it began now.
///
/// @param tracker a word for the one that is kept for it, `none` when there is none
/// @param obstacles to better ways, and to reading less
/// @param free a sentence for each part of the device on what of it is read
public record Outlook(
    BlockDevice device,
    DeviceUse use,
    Way way,
    String tracker,
    List<Obstacle> obstacles,
    List<String> free) {
  /// Why something better is not done.
  ///
  /// @param better what
  /// @param why half a sentence
  /// @param remedy what to do, half a sentence
  public record Obstacle(String better, String why, String remedy) {
    public String sentence() {
      return "no " + better + ": " + why + "; " + remedy;
    }
  }
}
