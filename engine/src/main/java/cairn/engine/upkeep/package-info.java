/// Looking after a repository: finding snapshots, counting, rebuilding the index.
@NullMarked
package cairn.engine.upkeep;

import org.jspecify.annotations.NullMarked;
