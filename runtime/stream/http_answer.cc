#include "runtime/stream/http_answer.h"

#include <map>

namespace podrun::stream {
namespace {

std::string_view reason_of(int status) {
  static const std::map<int, std::string_view> kReasons{
      {200, "OK"},        {400, "Bad Request"},        {403, "Forbidden"},
      {404, "Not Found"}, {405, "Method Not Allowed"}, {503, "Service Unavailable"}};
  const auto found = kReasons.find(status);
  return found == kReasons.end() ? "Error" : found->second;
}

}  // namespace

std::string http_answer(int status, const std::vector<std::pair<std::string, std::string>>& fields,
                        std::string_view type, std::string_view text) {
  std::string answer = "HTTP/1.1 " + std::to_string(status) + " " + std::string(reason_of(status)) + "\r\n";
  for (const auto& [name, value] : fields) answer += name + ": " + value + "\r\n";
  answer += "Content-Type: " + std::string(type) + "\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n";
  return answer + "Content-Length: " + std::to_string(text.size()) + "\r\n\r\n" + std::string(text);
}

}  // namespace podrun::stream
