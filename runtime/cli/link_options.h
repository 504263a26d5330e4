// How bad a link is to be, as people type it.
#pragma once

#include "runtime/cli/command.h"
#include "runtime/kernel/link_quality.h"

namespace podrun::cli {

// --loss, --delay and --rate.
void add_link_options(Command& command, LinkQuality& quality);

// "5%" or "0.5%", and "5": of 1. Kind::invalid otherwise.
Result<double> parse_loss(std::string_view text);
// "10mbit", "10M", "1.5gbit", "64kbit", "9600bit": bits a second. Kind::invalid otherwise.
Result<std::uint64_t> parse_rate(std::string_view text);

// "loss 5%, delay 20ms, rate 10mbit"; empty where nothing is wrong with it.
std::string link_text(const LinkQuality& quality);

}  // namespace podrun::cli
