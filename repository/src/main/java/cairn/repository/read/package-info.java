/// Reading chunks and nodes: located by the index, decrypted, expanded, and proved by their ids.
@NullMarked
package cairn.repository.read;

import org.jspecify.annotations.NullMarked;
