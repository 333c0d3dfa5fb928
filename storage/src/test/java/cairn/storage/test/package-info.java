/// What the tests of the rooms above use in place of a real storage.
@NullMarked
package cairn.storage.test;

import org.jspecify.annotations.NullMarked;
