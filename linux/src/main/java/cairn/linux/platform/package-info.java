/// What this machine and this process may do, for `cairn doctor` and for choosing a way of capture.
/// Small facts, each read from files below a root, which is `/` but for tests. What cannot be read
/// is unknown, never an error.
@NullMarked
package cairn.linux.platform;

import org.jspecify.annotations.NullMarked;
