/// Where objects live. One small seam, [Storage][cairn.storage.Storage], with a written contract;
/// the implementations; and the probe that makes a storage prove what the engine relies on.
@NullMarked
package cairn.storage;

import org.jspecify.annotations.NullMarked;
