package cairn.linux;

import java.io.IOException;
import java.util.List;

/// Where the tables of device-mapper devices come from: [DeviceMapper], or a test's imagination.
public interface DmTables {
  /// The live table, from the beginning of the device to its end, without gaps.
  List<DmTarget> table(DeviceNumber device) throws IOException;
}
