// The small grammars: quantities, references to variables, names, suggestions.
#include <gtest/gtest.h>

#include "runtime/manifest/expand.h"
#include "runtime/manifest/manifest.h"
#include "runtime/manifest/names.h"
#include "runtime/manifest/quantity.h"
#include "runtime/manifest/suggest.h"
#include "runtime/manifest/text.h"

namespace podrun::manifest {
namespace {

std::string told(const Result<std::uint64_t>& value) { return value ? std::to_string(*value) : value.error().what; }

struct ValueCase {
  std::string_view text;
  std::string_view expected;
};

constexpr std::string_view kMalformed = " is no quantity, such as 2, 0.5, 100m, 64Mi or 1G";

TEST(Quantity, Bytes) {
  constexpr ValueCase kCases[] = {
      {"0", "0"},
      {"1", "1"},
      {"+1", "1"},
      {"128974848", "128974848"},
      {"129e6", "129000000"},
      {"129E6", "129000000"},
      {"1e+3", "1000"},
      {"15000e-3", "15"},
      {"129M", "129000000"},
      {"123Mi", "128974848"},
      {"1k", "1000"},
      {"1Ki", "1024"},
      {"1G", "1000000000"},
      {"1Gi", "1073741824"},
      {"1.5Gi", "1610612736"},
      {".5Ki", "512"},
      {"1.Ki", "1024"},
      {"0.1Gi", "107374183"},  // rounded up
      {"0.0001", "1"},
      {"0.00000000000000000000000000000000001Ei", "1"},
      {"1T", "1000000000000"},
      {"1P", "1000000000000000"},
      {"1E", "1000000000000000000"},
      {"7Ei", "8070450532247928832"},
      {"9223372036854775807", "9223372036854775807"},
      {"0000000000000000000000000000064Mi", "67108864"},
      {"64.0000000000000000000000000000Mi", "67108864"},
      {"0e99", "0"},
      {"9223372036854775808", "'9223372036854775808' is too large"},
      {"8Ei", "'8Ei' is too large"},
      {"100E", "'100E' is too large"},
      {"1e99", "'1e99' is too large"},
      {"99999999999999999999", "'99999999999999999999' has too many digits"},
      {"128m", "'128m' is less than bytes can be split into; did you mean M or Mi?"},
      {"-1", "'-1' is negative"},
      {"-1Ki", "'-1Ki' is negative"},
  };
  for (const ValueCase& c : kCases) EXPECT_EQ(told(parse_bytes(c.text)), c.expected) << c.text;
}

TEST(Quantity, Malformed) {
  for (const std::string_view text :
       {"",      " ",     ".",  "Ki",  "1 Ki", "1KB",   "1kb",  "1K",  "1ki", "1Mib", "1e",  "1e1.5", "1e100",
        "1e+-3", "1e--3", "e3", "1,5", "1..5", "1.5.5", "0x10", "++1", "1i",  "inf",  "nan", "1\n"})
    EXPECT_EQ(told(parse_bytes(text)), quote(text) + std::string(kMalformed));
}

TEST(Quantity, Processors) {
  constexpr ValueCase kCases[] = {
      {"1", "1000"},
      {"0.5", "500"},
      {"100m", "100"},
      {"1.5", "1500"},
      {"2e3", "2000000"},
      {"1k", "1000000"},
      {"1000000u", "1000"},
      {"1M", "1000000000"},
      {"0.001", "1"},
      {"0.0005", "'0.0005' is finer than 1m, a thousandth of a processor"},
      {"1.5m", "'1.5m' is finer than 1m, a thousandth of a processor"},
      {"1n", "'1n' is finer than 1m, a thousandth of a processor"},
      {"1.001M", "'1.001M' is too large"},
      {"1E", "'1E' is too large"},
      {"-0.5", "'-0.5' is negative"},
  };
  for (const ValueCase& c : kCases) EXPECT_EQ(told(parse_processors(c.text)), c.expected) << c.text;
}

TEST(Quantity, Counts) {
  constexpr ValueCase kCases[] = {
      {"1", "1"},
      {"512", "512"},
      {"1k", "1000"},
      {"1.5", "'1.5' is no whole number"},
      {"2000m", "2"},
      {"0", "'0' is out of range: expected 1 to 1000"},
      {"1001", "'1001' is out of range: expected 1 to 1000"},
      {"1E", "'1E' is out of range: expected 1 to 1000"},
  };
  for (const ValueCase& c : kCases) EXPECT_EQ(told(parse_count(c.text, 1000)), c.expected) << c.text;
}

TEST(Expand, AsKubernetes) {
  const Variables variables = {{"A", "1"}, {"B", "$(A)"}, {"EMPTY", ""}, {"with space", "2"}};
  constexpr ValueCase kCases[] = {
      {"", ""},
      {"plain", "plain"},
      {"$(A)", "1"},
      {"x$(A)y$(A)z", "x1y1z"},
      {"$(EMPTY)", ""},
      {"$(with space)", "2"},
      {"$(NONE)", "$(NONE)"},
      {"$(B)", "$(A)"},  // once only
      {"$$(A)", "$(A)"},
      {"$$$(A)", "$1"},
      {"$$$$(A)", "$$(A)"},
      {"$$", "$"},
      {"$$$", "$$"},
      {"$", "$"},
      {"$A", "$A"},
      {"${A}", "${A}"},
      {"$(", "$("},
      {"$(A", "$(A"},
      {"$()", "$()"},
      {"$(A$(A))", "$(A$(A))"},
      {"$)$(A)", "$)1"},
      {"\xc3\xa9$(A)\xc3\xa9",
       "\xc3\xa9"
       "1\xc3\xa9"},
  };
  for (const ValueCase& c : kCases) EXPECT_EQ(expand(c.text, variables).value_or("error"), c.expected) << c.text;
}

TEST(Expand, NeverLongerThanExecveTakes) {
  const Variables variables = {{"A", std::string(kMaxArgument, 'x')}};
  EXPECT_TRUE(expand("$(A)", variables));
  EXPECT_EQ(expand("$(A)$(A)$(A)", variables).error().what, "is longer than 131071 bytes, which is all execve takes");
}

constexpr std::string_view kLabel = "may hold only a-z, 0-9 and '-', and begins and ends with a letter or digit";
constexpr std::string_view kSubdomain =
    "may hold only a-z, 0-9, '-' and '.', and begins and ends with a letter or digit, as does each part between dots";

TEST(Names, LabelsAndSubdomains) {
  for (const std::string_view good : {"a", "0", "a-b", "web-1"}) {
    EXPECT_EQ(why_bad_label(good), "") << good;
    EXPECT_EQ(why_bad_subdomain(good), "") << good;
  }
  for (const std::string_view bad : {"-a", "a-", "A", "a_b", "../x", "a/b", "a b", "a\n", "é", "$(x)"}) {
    EXPECT_EQ(why_bad_label(bad), kLabel) << bad;
    EXPECT_EQ(why_bad_subdomain(bad), kSubdomain) << bad;
  }
  EXPECT_EQ(why_bad_label("a.b"), kLabel);
  EXPECT_EQ(why_bad_subdomain("a.b"), "");
  for (const std::string_view bad : {".", "..", "a..b", ".a", "a.", "a.-b"})
    EXPECT_EQ(why_bad_subdomain(bad), kSubdomain);
  EXPECT_EQ(why_bad_label(""), "is empty");
  EXPECT_EQ(why_bad_subdomain(""), "is empty");
  EXPECT_EQ(why_bad_label(std::string(63, 'a')), "");
  EXPECT_EQ(why_bad_label(std::string(64, 'a')), "is 64 characters long, and at most 63 are allowed");
  EXPECT_EQ(why_bad_subdomain(std::string(253, 'a')), "");
  EXPECT_EQ(why_bad_subdomain(std::string(300, 'a')), "is 300 characters long, and at most 253 are allowed");
}

TEST(Names, LabelKeysAndValues) {
  for (const std::string_view good : {"a", "A_b.c-d", "example.com/a", "a/b"})
    EXPECT_EQ(why_bad_label_key(good), "") << good;
  for (const std::string_view bad : {"", "/a", "a/", "-a", "a-", "a b", "a/b/c", "Example.com/a"})
    EXPECT_NE(why_bad_label_key(bad), "") << bad;
  EXPECT_NE(why_bad_label_key(std::string(64, 'a')), "");
  EXPECT_EQ(why_bad_label_key("a.b/" + std::string(63, 'a')), "");
  for (const std::string_view good : {"", "a", "A_b.c-d", "1"}) EXPECT_EQ(why_bad_label_value(good), "") << good;
  for (const std::string_view bad : {"-", "a-", "a b", "a/b", "é"}) EXPECT_NE(why_bad_label_value(bad), "") << bad;
  EXPECT_NE(why_bad_label_value(std::string(64, 'a')), "");
}

TEST(Names, OfEnvironmentPortsDomainsAndAddresses) {
  for (const std::string_view good : {"A", "1", "a b", "a.b-c", "~"}) EXPECT_EQ(why_bad_env_name(good), "") << good;
  for (const std::string_view bad : {"", "A=B", "=", "a\n", "é", "\x7f"}) EXPECT_NE(why_bad_env_name(bad), "") << bad;
  for (const std::string_view good : {"http", "a", "http-alt", "8a"}) EXPECT_EQ(why_bad_port_name(good), "") << good;
  for (const std::string_view bad : {"", "80", "a--b", "-a", "a-", "HTTP", "a_b", "sixteen-letters-"})
    EXPECT_NE(why_bad_port_name(bad), "") << bad;
  for (const std::string_view good : {".", "a", "a.b.", "_tcp.a", "a_b.c"})
    EXPECT_EQ(why_bad_search_domain(good), "") << good;
  for (const std::string_view bad : {"", "..", "a b", "a\nb", "A", "-a"})
    EXPECT_NE(why_bad_search_domain(bad), "") << bad;
  for (const std::string_view good : {"10.0.0.1", "::1", "2001:db8::1", "::ffff:1.2.3.4"})
    EXPECT_EQ(why_bad_ip(good), "") << good;
  for (const std::string_view bad : {"", "10.0.0", "010.0.0.1", "1.2.3.4/24", "fe80::1%eth0", "localhost", "1.2.3.4 "})
    EXPECT_NE(why_bad_ip(bad), "") << bad;
}

TEST(Suggest, WhatIsClose) {
  constexpr std::string_view kKnown[] = {"image", "imagePullPolicy", "name", "hostPID", "hostIPC", "env", "envFrom"};
  constexpr ValueCase kCases[] = {
      {"imgae", "image"},
      {"Image", "image"},
      {"imagepullpolicy", "imagePullPolicy"},
      {"images", "image"},
      {"hostPid", "hostPID"},
      {"nmae", "name"},
      {"envs", "env"},
      {"enviroment", ""},
      {"x", ""},
      {"", ""},
      {"foo", ""},
  };
  for (const ValueCase& c : kCases) EXPECT_EQ(closest(c.text, kKnown), c.expected) << c.text;
  EXPECT_EQ(closest(std::string(100'000, 'a'), kKnown), "");
}

TEST(Text, MessagesAreOneShortLine) {
  EXPECT_EQ(quote("a\nb\x1b[31m\x7f"), R"('a\x0ab\x1b[31m\x7f')");
  EXPECT_EQ(quote(std::string(100, 'a')), "'" + std::string(64, 'a') + "…'");
  EXPECT_EQ(quote(std::string(63, 'a') + "€€"), "'" + std::string(63, 'a') + "…'");  // no half characters
  EXPECT_EQ(child_path("", "spec"), "spec");
  EXPECT_EQ(child_path("spec", "a b\n"), R"(spec["a b\x0a"])");
  EXPECT_EQ(child_path("limits", "podrun.io/pids"), R"(limits["podrun.io/pids"])");
  EXPECT_EQ(child_path("a", 3), "a[3]");
}

}  // namespace
}  // namespace podrun::manifest
