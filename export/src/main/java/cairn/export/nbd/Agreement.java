package cairn.export.nbd;

import cairn.volume.nbd.Headers;
import java.util.List;
import java.util.Optional;

/// What a client and the server have agreed on.
///
/// @param export that the client uses
/// @param replies how requests are answered
/// @param contexts that the client may ask for, by number
record Agreement(Export export, Replies replies, List<StatusMap> contexts) {
  /// How requests are answered; each can do what those before it can.
  enum Replies {
    SIMPLE,
    STRUCTURED,
    EXTENDED
  }

  Agreement {
    contexts = List.copyOf(contexts);
  }

  Headers headers() {
    return replies == Replies.EXTENDED ? Headers.EXTENDED : Headers.COMPACT;
  }

  Optional<StatusMap> anyContext() {
    return contexts.stream().findFirst();
  }
}
