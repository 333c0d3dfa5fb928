/// What the tests of every room share.
@NullMarked
package cairn.base.test;

import org.jspecify.annotations.NullMarked;
