package cairn.cli;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.MethodRefEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.lang.classfile.constantpool.Utf8Entry;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What a class file says about the classes and methods that its class uses.
///
/// @param name with dots, as in the source
/// @param packages the packages of Cairn that it names, without the leading `cairn.`
/// @param calls the methods that it names, as `java.nio.file.Files.move`
record CompiledClass(String name, Set<String> packages, Set<String> calls) {
  private static final String OURS = "cairn.";

  /// A class of ours within a descriptor or a generic signature.
  private static final Pattern IN_DESCRIPTOR = Pattern.compile("L(cairn/[\\w/$]+)[;<]");

  static CompiledClass read(Path file) throws IOException {
    ClassModel model = ClassFile.of().parse(file);
    Set<String> packages = new TreeSet<>();
    Set<String> calls = new TreeSet<>();
    for (PoolEntry entry : model.constantPool()) {
      switch (entry) {
        case ClassEntry used -> addPackage(dotted(used.asInternalName()), packages);
        case Utf8Entry text -> addDescriptor(text.stringValue(), packages);
        case MethodRefEntry call ->
            calls.add(dotted(call.owner().asInternalName()) + "." + call.name().stringValue());
        default -> {}
      }
    }
    return new CompiledClass(dotted(model.thisClass().asInternalName()), packages, calls);
  }

  /// The package, without the leading `cairn.`.
  String room() {
    return name.substring(OURS.length(), name.lastIndexOf('.'));
  }

  /// The class of the source file, without the nested ones.
  String outermost() {
    int nested = name.indexOf('$');
    return nested < 0 ? name : name.substring(0, nested);
  }

  private static void addDescriptor(String text, Set<String> packages) {
    Matcher matcher = IN_DESCRIPTOR.matcher(text);
    while (matcher.find()) {
      addPackage(dotted(matcher.group(1)), packages);
    }
  }

  private static void addPackage(String className, Set<String> packages) {
    if (className.startsWith(OURS)) {
      packages.add(className.substring(OURS.length(), className.lastIndexOf('.')));
    }
  }

  private static String dotted(String internalName) {
    return internalName.replace('/', '.');
  }
}
