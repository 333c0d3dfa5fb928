/// What the tests of this room share: sample ids, damage done to bytes, storages that record.
@NullMarked
package cairn.repository.test;

import org.jspecify.annotations.NullMarked;
