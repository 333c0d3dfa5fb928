package cairn.engine;

import cairn.base.bytes.CorruptData;
import cairn.repository.View;
import cairn.repository.index.Location;
import cairn.repository.index.Segment;
import java.util.ArrayList;
import java.util.List;

/// What the indexes list.
final class Locations {
  private Locations() {}

  static List<Location> of(View view) throws CorruptData {
    List<Location> all = new ArrayList<>();
    for (Segment segment : view.index().segments()) {
      Segment.Cursor cursor = segment.cursor();
      for (Location at = cursor.next(); at != null; at = cursor.next()) {
        all.add(at);
      }
    }
    return all;
  }
}
