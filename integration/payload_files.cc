#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>

#include "integration/payload.h"

namespace payload {

int swap(const Arguments& arguments) {
  std::cout << "swapping" << std::endl;
  while (true)
    if (::renameat2(AT_FDCWD, arguments.at(0).c_str(), AT_FDCWD, arguments.at(1).c_str(), RENAME_EXCHANGE) != 0)
      return 1;
}

int make_file(const Arguments& arguments) {
  std::ofstream file(arguments.at(0), std::ios::binary);
  const std::string block(1 << 20, 'x');
  for (int left = std::atoi(arguments.at(1).c_str()); left > 0; --left) file << block;
  return file.flush() ? 0 : 1;
}

int make_hole(const Arguments& arguments) {
  std::ofstream(arguments.at(0)).flush();
  return ::truncate(arguments.at(0).c_str(), std::atoll(arguments.at(1).c_str()) << 30) == 0 ? 0 : 1;
}

int make_tree(const Arguments& arguments) {
  const std::string& root = arguments.at(0);
  ::mkdir(root.c_str(), 0755);
  for (int i = 0; i < std::atoi(arguments.at(1).c_str()); ++i) {
    const std::string dir = root + "/" + std::to_string(i);
    ::mkdir(dir.c_str(), 0755);
    std::ofstream(dir + "/file") << "inside\n";
  }
  return 0;
}

int make_fifos(const Arguments& arguments) {
  for (const std::string& path : arguments) {
    for (auto slash = path.find('/', 1); slash != std::string::npos; slash = path.find('/', slash + 1))
      ::mkdir(path.substr(0, slash).c_str(), 0755);
    ::unlink(path.c_str());
    if (::mkfifo(path.c_str(), 0666) != 0) return 1;
  }
  return 0;
}

}  // namespace payload
