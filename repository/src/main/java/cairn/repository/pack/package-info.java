/// Packs: immutable objects that hold many encoded chunks and a directory that lists them.
@NullMarked
package cairn.repository.pack;

import org.jspecify.annotations.NullMarked;
