// kubectl's JSON paths and what is made of them: templates, columns, an order.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "runtime/cli/custom_columns.h"
#include "runtime/cli/json_template.h"
#include "runtime/cli/sort_by.h"

namespace podrun::cli {
namespace {

using Json = nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// The document of Kubernetes' own page about JSON paths, and what podrun's pods have beside.
const Json kDocument = Json::parse(R"({
  "kind": "List",
  "items": [
    {"kind": "None", "metadata": {"name": "127.0.0.1", "labels": {"kubernetes.io/hostname": "one", "a b": "spaced"}},
     "status": {"capacity": {"cpu": "4"}, "addresses": [{"type": "LegacyHostIP", "address": "127.0.0.1"}]}},
    {"kind": "None", "metadata": {"name": "127.0.0.2"}, "restarts": 7, "up": true,
     "status": {"capacity": {"cpu": "8"}, "addresses": [{"type": "LegacyHostIP", "address": "127.0.0.2"},
                                                         {"type": "another", "address": "127.0.0.3"}]}}
  ],
  "users": [{"name": "myself", "user": {}}, {"name": "e2e", "user": {"username": "admin", "password": "secret"}}]
})");

std::string filled(const std::string& text) {
  const auto parsed = JsonTemplate::parse(text);
  return parsed ? parsed->fill_in(kDocument) : "ERROR " + parsed.error().what;
}

// https://kubernetes.io/docs/reference/kubectl/jsonpath/, the table of functions.
TEST(JsonTemplate, DoesWhatKubernetesDocumentationShows) {
  EXPECT_EQ(filled("kind is {.kind}"), "kind is List");
  EXPECT_EQ(filled("{.kind}"), "List");
  EXPECT_EQ(filled("{['kind']}"), "List");
  EXPECT_EQ(filled("{.users[0].name}"), "myself");
  EXPECT_EQ(filled("{..name}"), "127.0.0.1 127.0.0.2 myself e2e");
  EXPECT_EQ(filled("{.items[*].metadata.name}"), "127.0.0.1 127.0.0.2");
  EXPECT_EQ(filled("{.items[*]['metadata.name', 'status.capacity']}"), "");  // names with dots are not there
  EXPECT_EQ(filled("{.users[?(@.name==\"e2e\")].user.password}"), "secret");
  EXPECT_EQ(filled("{range .items[*]}[{.metadata.name}, {.status.capacity}] {end}"),
            "[127.0.0.1, {\"cpu\":\"4\"}] [127.0.0.2, {\"cpu\":\"8\"}] ");
  EXPECT_EQ(filled("{range .items[*]}{.metadata.name}{'\\t'}{end}"), "127.0.0.1\t127.0.0.2\t");
  EXPECT_EQ(filled("{.items[0].metadata.labels.kubernetes\\.io/hostname}"), "one");
}

TEST(JsonTemplate, ReadsEveryFormOfAPath) {
  EXPECT_EQ(filled("{$.kind}{\"\\n\"}"), "List\n");
  EXPECT_EQ(filled("{@.kind}"), "List");
  EXPECT_EQ(filled("{ .kind }"), "List");
  EXPECT_EQ(filled("{.items[-1].metadata.name}"), "127.0.0.2");
  EXPECT_EQ(filled("{.items[0,1].metadata.name}"), "127.0.0.1 127.0.0.2");
  EXPECT_EQ(filled("{.items[0:1].metadata.name}"), "127.0.0.1");
  EXPECT_EQ(filled("{.items[1:].metadata.name}"), "127.0.0.2");
  EXPECT_EQ(filled("{.items[:-1].metadata.name}"), "127.0.0.1");
  EXPECT_EQ(filled("{.items[::2].metadata.name}"), "127.0.0.1");
  EXPECT_EQ(filled("{.items[0].metadata.labels['a b','kubernetes.io/hostname']}"), "spaced one");
  EXPECT_EQ(filled("{.items[0].metadata.labels[\"a b\"]}"), "spaced");
  EXPECT_EQ(filled("{.items[1].restarts} {.items[1].up}"), "7 true");
  EXPECT_EQ(filled("{.users[*].*}"), "myself {} e2e {\"password\":\"secret\",\"username\":\"admin\"}");
  EXPECT_EQ(filled("{.items[1]..address}"), "127.0.0.2 127.0.0.3");
  EXPECT_EQ(filled(".kind"), ".kind");  // text: a path stands in braces
}

TEST(JsonTemplate, Filters) {
  EXPECT_EQ(filled("{.items[?(@.restarts)].metadata.name}"), "127.0.0.2");
  EXPECT_EQ(filled("{.items[?(@.restarts>=7)].metadata.name}"), "127.0.0.2");
  EXPECT_EQ(filled("{.items[?(@.restarts < 7)].metadata.name}"), "");
  EXPECT_EQ(filled("{.items[?(@.up==true)].metadata.name}"), "127.0.0.2");
  EXPECT_EQ(filled("{.users[?(@.name!='e2e')].name}"), "myself");
  EXPECT_EQ(filled("{.items[*].status.addresses[?(@.type=='another')].address}"), "127.0.0.3");
  EXPECT_EQ(filled("{.users[?(@.name==']})')].name}"), "");  // quotes hide brackets
}

TEST(JsonTemplate, LeavesOutWhatIsNotThere) {
  for (const char* text : {"{.none}", "{.none.deeper[3]}", "{.items[9].kind}", "{.items[-9].kind}", "{.kind.x}",
                           "{.kind[0]}", "{range .none[*]}x{end}", "{.items[2147483647]}"})
    EXPECT_EQ(filled(text), "") << text;
}

TEST(JsonTemplate, RangesWithinRanges) {
  EXPECT_EQ(filled("{range .items[*]}{.metadata.name}:{range .status.addresses[*]} {.address}{end}{\"\\n\"}{end}"),
            "127.0.0.1: 127.0.0.1\n127.0.0.2: 127.0.0.2 127.0.0.3\n");
  EXPECT_EQ(filled("{range .users[*]}{$.kind}{end}"), "ListList");
}

TEST(JsonTemplate, SaysWhereItCannotBeRead) {
  EXPECT_THAT(filled("{.kind"), HasSubstr("not closed"));
  EXPECT_THAT(filled("{.items[}"), HasSubstr("'.items[' is no JSON path: unexpected the end"));
  EXPECT_THAT(filled("{kind}"), HasSubstr("unexpected 'kind'"));
  EXPECT_THAT(filled("{.a b}"), HasSubstr("unexpected 'b'"));
  EXPECT_THAT(filled("{.a[?(@.b=)]}"), HasSubstr("unexpected"));
  EXPECT_THAT(filled("{.a['b]}"), HasSubstr("not closed"));
  EXPECT_THAT(filled("{.a[::0]}"), HasSubstr("step"));
  EXPECT_THAT(filled("{range .items[*]}x"), HasSubstr("{range} without {end}"));
  EXPECT_THAT(filled("x{end}"), HasSubstr("{end} without {range}"));
  EXPECT_THAT(filled("{\"\\q\"}"), HasSubstr("is no escape"));
}

TEST(CustomColumns, HaveHeadingsAndPaths) {
  const auto columns =
      CustomColumns::parse("NAME:.metadata.name,CPU:status.capacity.cpu,IPS:{.status.addresses[*].address},X:.x");
  ASSERT_TRUE(columns) << columns.error().what;
  EXPECT_THAT(columns->heading(), ElementsAre("NAME", "CPU", "IPS", "X"));
  EXPECT_THAT(columns->row(kDocument["items"][1]), ElementsAre("127.0.0.2", "8", "127.0.0.2,127.0.0.3", "<none>"));
}

TEST(CustomColumns, OfAFileStandBelowTheirHeadings) {
  const auto columns = CustomColumns::parse_lines("NAME          KIND\n.metadata.name   .kind\n");
  ASSERT_TRUE(columns) << columns.error().what;
  EXPECT_THAT(columns->row(kDocument["items"][0]), ElementsAre("127.0.0.1", "None"));
  EXPECT_FALSE(CustomColumns::parse_lines("A B\n.a\n"));
}

TEST(CustomColumns, NameTheColumnThatIsWrong) {
  EXPECT_THAT(CustomColumns::parse("NAME").error().what, HasSubstr("column 'NAME': expected HEADING:PATH"));
  EXPECT_THAT(CustomColumns::parse("A:.a,B:.b[").error().what, HasSubstr("column 'B'"));
  EXPECT_FALSE(CustomColumns::parse(""));
}

TEST(SortBy, ComparesNumbersWithinText) {
  EXPECT_TRUE(comes_before("web-2", "web-10"));
  EXPECT_FALSE(comes_before("web-10", "web-2"));
  EXPECT_TRUE(comes_before("a", "b"));
  EXPECT_TRUE(comes_before("a", "ab"));
  EXPECT_TRUE(comes_before("2026-01-09T00:00:00Z", "2026-01-10T00:00:00Z"));
  EXPECT_FALSE(comes_before("a", "a"));
}

}  // namespace
}  // namespace podrun::cli
