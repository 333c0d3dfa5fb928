package cairn.engine;

/// Told how long work gets on. Called from several threads; implementations are quick and never
/// throw.
public interface Progress {
  /// For those who do not watch.
  Progress NONE =
      new Progress() {
        @Override
        public void begin(String phase, long totalBytes) {}

        @Override
        public void advance(long bytes) {}
      };

  /// A phase begins.
  ///
  /// @param phase a word or two, such as `backing up disk.img`
  /// @param totalBytes to go through, or 0 when that is not known
  void begin(String phase, long totalBytes);

  /// More bytes of the phase are done with.
  void advance(long bytes);
}
