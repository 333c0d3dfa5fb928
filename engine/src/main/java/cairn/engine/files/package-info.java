/// The files inside of a volume: finding them, going through them, copying them out. Nothing in it
/// is trusted: names, sizes and links may have been made by an enemy.
@NullMarked
package cairn.engine.files;

import org.jspecify.annotations.NullMarked;
