package cairn.export.mount;

import cairn.filesystem.file.FileNode;

/// A node and the realm that its id counts in.
record Branch(Realm realm, FileNode node) {}
