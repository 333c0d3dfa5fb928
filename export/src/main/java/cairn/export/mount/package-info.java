/// What a mount shows of snapshots: each volume as a file, and the trees of the file systems in it,
/// as a [FuseTree][cairn.linux.fuse.FuseTree]. Everything shown is a
/// [FileNode][cairn.filesystem.file.FileNode], whether it comes out of a volume or was made here.
/// Knows `base`, `linux.fuse` and `filesystem`, and nothing of repositories.
@NullMarked
package cairn.export.mount;

import org.jspecify.annotations.NullMarked;
