package cairn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// How the launcher finds a JDK. No JVM is started: what counts is the `release` file.
class LauncherTest {
  @TempDir Path folder;
  private Path javaHome;
  private Path onPath;
  private Path installed;

  @BeforeEach
  void prepare() throws IOException {
    javaHome = folder.resolve("home");
    onPath = folder.resolve("path");
    installed = Files.createDirectory(folder.resolve("installed"));
  }

  @Test
  void takesJavaHomeFirst() throws Exception {
    jdk(javaHome, "25.0.3");
    jdk(onPath, "26");
    assertThat(found()).isEqualTo(javaHome.toString());
  }

  @Test
  void takesTheOneOnThePathWhenJavaHomeIsTooOld() throws Exception {
    jdk(javaHome, "17.0.15");
    jdk(onPath, "26-ea");
    assertThat(found()).isEqualTo(onPath.toString());
  }

  @Test
  void takesAnInstalledOneWhenTheOthersAreTooOld() throws Exception {
    jdk(javaHome, "1.8.0_452");
    jdk(onPath, "21.0.1");
    jdk(installed.resolve("a-17"), "17");
    jdk(installed.resolve("b-25"), "25");
    assertThat(found()).isEqualTo(installed.resolve("b-25").toString());
  }

  @Test
  void saysWhatToInstallWhenThereIsNone() throws Exception {
    jdk(onPath, "24.0.2");
    jdk(installed.resolve("a-17"), "17");
    assertThat(found()).contains("needs a JDK 25 or newer").contains("install one").hasLineCount(1);
  }

  private static void jdk(Path home, String version) throws IOException {
    Files.createDirectories(home.resolve("bin"));
    Files.writeString(home.resolve("release"), "OS=\"x\"\nJAVA_VERSION=\"" + version + "\"\n");
    for (String program : new String[] {"java", "javac"}) {
      Path file = Files.createFile(home.resolve("bin").resolve(program));
      assertThat(file.toFile().setExecutable(true)).isTrue();
    }
  }

  /// What the script finds, or else says.
  private String found() throws IOException, InterruptedException {
    ProcessBuilder script =
        new ProcessBuilder("/bin/bash", "-c", ". ../tools/jdk.sh; jdk_find && echo \"$jdk\"");
    script.environment().put("JAVA_HOME", javaHome.toString());
    script.environment().put("PATH", onPath.resolve("bin") + ":/usr/bin:/bin");
    script.environment().put("JDK_FOLDER", installed.toString());
    script.redirectErrorStream(true);
    Process process = script.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return output.strip();
  }
}
