// What a client is answered that gets no stream: one text, and the end of its connection.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace podrun::stream {

std::string http_answer(int status, const std::vector<std::pair<std::string, std::string>>& fields,
                        std::string_view type, std::string_view text);

}  // namespace podrun::stream
