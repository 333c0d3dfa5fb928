/// What a volume holds ([Contents][cairn.filesystem.Contents]), where in the volumes of a backup
/// something lies ([Places][cairn.filesystem.Places]), and which of its bytes are in use
/// ([UsedRanges][cairn.filesystem.UsedRanges]). Below it there is one package for each format, with
/// one reader for all who read that format. What is not understood, or not proved, is in use as a
/// whole. Knows `base`; sees volumes through `BlockReader` alone.
@NullMarked
package cairn.filesystem;

import org.jspecify.annotations.NullMarked;
