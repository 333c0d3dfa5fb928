/// The engine from end to end: what goes in comes out again, whatever happens in between.
@NullMarked
package cairn.engine;

import org.jspecify.annotations.NullMarked;
