// Cache and ledger entries, which others write too and power cuts spoil.
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "cni/cache.h"
#include "cni/ledger.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::string kDir = std::filesystem::temp_directory_path() / ("cni-fuzz-" + std::to_string(::getpid()));
  std::filesystem::create_directories(kDir + "/results");
  for (const char* name : {"/results/n-c-i", "/n@c@i.json", "/n@c@i.result"})
    std::ofstream(kDir + name, std::ios::binary)
        .write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(size));
  const cni::Cache cache(kDir);
  (void)cache.load("n", "c", "i");
  (void)cache.list();
  const cni::Ledger ledger(kDir);
  auto entry = ledger.find("n", "c", "i");
  if (entry && *entry) {
    const bool saved = static_cast<bool>(ledger.begin(**entry));
    if (!saved || !ledger.find("n", "c", "i")) std::abort();
  }
  return 0;
}
