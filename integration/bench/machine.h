// Where and when the figures were taken.
#pragma once

#include <string>

namespace bench {

void print_machine(const std::string& podrun);

}  // namespace bench
