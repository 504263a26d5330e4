// A CNI plugin that does nothing: what a tool takes to run it is the tool's own. It reads all it is given, and an ADD
// prints a result, as the spec demands.
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <string_view>

int main() {
  std::array<char, 4096> input{};
  while (::read(STDIN_FILENO, input.data(), input.size()) > 0) {
  }
  const char* const command = std::getenv("CNI_COMMAND");
  if (command == nullptr || std::string_view(command) != "ADD") return 0;
  constexpr std::string_view kResult = R"({"cniVersion":"1.0.0","interfaces":[{"name":"eth0","sandbox":"/"}],
    "ips":[{"address":"10.98.0.2/16","interface":0}]})";
  return ::write(STDOUT_FILENO, kResult.data(), kResult.size()) < 0 ? 1 : 0;
}
