# Sourced by the scripts that need a JDK. Reads `release` files instead of running anything: starting
# a JVM to ask for its version would cost more than the whole launcher.

# The oldest JDK that Cairn runs on; the same number as jdk.version in pom.xml.
jdk_oldest=25

# Whether the folder $1 is a JDK that is new enough.
jdk_good() {
  [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 1
  local line version=
  while IFS= read -r line; do
    case $line in
      JAVA_VERSION=*) version=${line#JAVA_VERSION=\"} ;;
    esac
  done <"$1/release"
  version=${version%%[!0-9]*}
  [ "${version:-0}" -ge "$jdk_oldest" ]
}

# Sets jdk to the first good one of JAVA_HOME, PATH and /usr/lib/jvm.
jdk_find() {
  local java
  jdk=${JAVA_HOME:-}
  [ -n "$jdk" ] && jdk_good "$jdk" && return
  if java=$(readlink -f "$(command -v java)" 2>/dev/null) && [ -n "$java" ]; then
    jdk=${java%/bin/java}
    jdk_good "$jdk" && return
  fi
  for jdk in "${JDK_FOLDER:-/usr/lib/jvm}"/*; do
    jdk_good "$jdk" && return
  done
  echo "cairn: needs a JDK $jdk_oldest or newer, found none by JAVA_HOME, PATH or /usr/lib/jvm:" \
    "install one (for example Temurin $jdk_oldest) and set JAVA_HOME to its folder." >&2
  return 1
}
