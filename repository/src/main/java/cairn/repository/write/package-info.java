/// Writing chunks and nodes: encoded, proved by decoding, gathered into packs, published.
@NullMarked
package cairn.repository.write;

import org.jspecify.annotations.NullMarked;
