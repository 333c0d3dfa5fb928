package cairn.export.nbd;

import java.util.List;
import java.util.Optional;

/// All that a server offers.
///
/// @param all at least one; the first is also the one without a name
record Exports(List<Export> all) {
  Exports {
    all = List.copyOf(all);
  }

  Optional<Export> find(String name) {
    return name.isEmpty()
        ? Optional.of(all.getFirst())
        : all.stream().filter(each -> each.name().equals(name)).findFirst();
  }
}
