#include "runtime/stream/spdy/dictionary.h"

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "runtime/stream/spdy/frame.h"

namespace podrun::stream::spdy {
namespace {

// Each stands in the dictionary with its length before it, as in a header block.
constexpr std::string_view kNames =
    "options|head|post|put|delete|trace|accept|accept-charset|accept-encoding|accept-language|"
    "accept-ranges|age|allow|authorization|cache-control|connection|content-base|content-encoding|"
    "content-language|content-length|content-location|content-md5|content-range|content-type|date|etag|"
    "expect|expires|from|host|if-match|if-modified-since|if-none-match|if-range|if-unmodified-since|"
    "last-modified|location|max-forwards|pragma|proxy-authenticate|proxy-authorization|range|referer|"
    "retry-after|server|te|trailer|transfer-encoding|upgrade|user-agent|vary|via|warning|"
    "www-authenticate|method|get|status|200 OK|version|HTTP/1.1|url|public|set-cookie|keep-alive|origin";

constexpr std::string_view kTail =
    "100101201202205206300302303304305306307402405406407408409410411412413414415416417502504505"
    "203 Non-Authoritative Information"
    "204 No Content"
    "301 Moved Permanently"
    "400 Bad Request"
    "401 Unauthorized"
    "403 Forbidden"
    "404 Not Found"
    "500 Internal Server Error"
    "501 Not Implemented"
    "503 Service Unavailable"
    "Jan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec 00:00:00 Mon, Tue, Wed, Thu, Fri, Sat, Sun, GMT"
    "chunked,text/html,image/png,image/jpg,image/gif,application/xml,application/xhtml+xml,text/plain,text/javascript,"
    "publicprivatemax-age=gzip,deflate,sdchcharset=utf-8charset=iso-8859-1,utf-,*,enq=0.";

}  // namespace

const std::string& header_dictionary() {
  static const std::string dictionary = [] {
    std::string made;
    for (std::string_view rest = kNames; !rest.empty();) {
      const std::string_view name = rest.substr(0, rest.find('|'));
      append32(made, static_cast<std::uint32_t>(name.size()));
      made += name;
      rest.remove_prefix(std::min(name.size() + 1, rest.size()));
    }
    return made += kTail;
  }();
  return dictionary;
}

}  // namespace podrun::stream::spdy
