/// Checking a repository: what it says of itself against what it holds.
@NullMarked
package cairn.engine.verify;

import org.jspecify.annotations.NullMarked;
