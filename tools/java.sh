# Sourced by the launcher and by tools/train, after jdk.sh: an AOT cache is taken only by a JVM with
# the class path and the flags that it was made with.

# Sets java to the command that runs Cairn from the distribution folder $1, up to the main class.
java_command() {
  local jar first= path= last=
  # The library of zstd is looked up jar by jar, and the manifest of Bouncy Castle takes long to read.
  for jar in "$1"/lib/*.jar; do
    case ${jar##*/} in
      zstd-*) first=$first:$jar ;;
      bcprov-*) last=$last:$jar ;;
      *) path=$path:$jar ;;
    esac
  done
  path=$first$path$last
  java=("$jdk/bin/java" "-Xmx${CAIRN_HEAP:-320m}" -XX:+UseSerialGC -XX:-UsePerfData
    # What takes long is native or looped over for long: compiling what a short run calls often costs more than it saves.
    -XX:CompileThresholdScaling=10
    # Compiled code in a cache crashed on a lesser CPU than the one it was made on.
    -XX:+UnlockDiagnosticVMOptions -XX:-AOTAdapterCaching -XX:-AOTStubCaching
    # Of its bindings for JDK 22 and later zstd-jni makes all at the first use of one, which takes 0.2 s.
    -Djdk.util.jar.version=21
    --enable-native-access=ALL-UNNAMED -cp "${path#:}")
}
