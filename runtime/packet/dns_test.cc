// Questions and answers of DNS as they are sent.
#include "runtime/packet/dns.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace podrun::packet {
namespace {

std::string bytes_of_hex(const std::string& hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  return bytes;
}

TEST(Dns, AQuestionIsOneDatagram) {
  EXPECT_EQ(dns_question("db.example", false, 0x1234),
            bytes_of_hex("12340100000100000000000002646207") + "example" + bytes_of_hex("0000010001"));
  EXPECT_EQ(dns_question("db.example", true, 1).substr(24), bytes_of_hex("001c0001"));
  for (const char* none : {"", "a..b", "."}) EXPECT_EQ(dns_question(none, false, 1), "") << none;
  EXPECT_EQ(dns_question(std::string(64, 'a') + ".b", false, 1), "");
}

// db.example has 10.0.0.7, behind an alias: names point to others.
TEST(Dns, AnAnswer) {
  std::string whole = bytes_of_hex("12348180000100020000000002646207") + "example" + bytes_of_hex("0000010001") +
                      bytes_of_hex("c00c000500010000003c0005026162c00f") +
                      bytes_of_hex("c028000100010000003c00040a000007");
  const auto answer = read_dns_answer(whole, 0x1234);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->code, 0);
  ASSERT_EQ(answer->addresses.size(), 1U);
  EXPECT_EQ(answer->addresses[0].to_text(), "10.0.0.7");
  EXPECT_FALSE(read_dns_answer(whole, 0x1235));  // to another question
  for (std::size_t size = 0; size < whole.size(); ++size) EXPECT_FALSE(read_dns_answer(whole.substr(0, size), 0x1234));
  whole[3] = '\x83';
  EXPECT_EQ(read_dns_answer(whole, 0x1234).value_or(DnsAnswer{}).code, 3);
  EXPECT_FALSE(read_dns_answer(dns_question("db.example", false, 7), 7));  // a question is no answer
}

TEST(Dns, AnAnswerThatDidNotFitIsNone) {
  std::string cut = dns_question("db.example", false, 7);
  cut[2] = '\x82';
  cut[3] = '\x80';
  EXPECT_FALSE(read_dns_answer(cut, 7));
  cut[2] = '\x80';
  EXPECT_TRUE(read_dns_answer(cut, 7)) << "there are no addresses";
}

}  // namespace
}  // namespace podrun::packet
