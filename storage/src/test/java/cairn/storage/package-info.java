/// Storages for tests, and the suite that all storages pass.
@NullMarked
package cairn.storage;

import org.jspecify.annotations.NullMarked;
