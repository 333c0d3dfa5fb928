/// Chunks and how they are encoded. An encoding never changes a chunk's id.
@NullMarked
package cairn.repository.chunk;

import org.jspecify.annotations.NullMarked;
