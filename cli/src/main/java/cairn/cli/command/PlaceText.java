package cairn.cli.command;

import cairn.cli.report.Json;
import cairn.filesystem.Place;

/// How a place is shown.
final class PlaceText {
  private PlaceText() {}

  static Json json(Place place) {
    return put(new Json(), place);
  }

  static Json put(Json json, Place place) {
    return json.put("address", place.address())
        .put("type", place.content().type())
        .put("label", place.content().label())
        .put("uuid", place.content().uuid())
        .put("size", place.size());
  }
}
