#include "runtime/lab/lab.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace podrun {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Kind = LabBlock::Kind;

constexpr const char* kPage = R"(# A `bridge` for two

What it is,
and why.

```needs
command -v busybox
```

## First

```console
# cat > file <<EOF
> one

> EOF
# cat file
one
> two
```

```check
test -e file

test -s file
```

```text
# no command
```

## When it does not arrive

```break link-down netns:red 10.0.0.1:80
ip link set v down
```
)";

TEST(Lab, IsReadFromAPage) {
  const auto lab = parse_lab("two", kPage);
  ASSERT_TRUE(lab) << lab.error().what;
  EXPECT_EQ(lab->title, "A bridge for two");
  EXPECT_EQ(lab->summary, "What it is, and why.");
  ASSERT_EQ(lab->blocks.size(), 4U);
  EXPECT_EQ(lab->blocks[0].kind, Kind::needs);
  EXPECT_THAT(lab->blocks[0].commands, ElementsAre("command -v busybox"));
  EXPECT_EQ(lab->blocks[1].kind, Kind::step);
  EXPECT_EQ(lab->blocks[1].heading, "First");
  EXPECT_EQ(lab->blocks[1].line, 12);
  EXPECT_EQ(lab->blocks[1].last_line, 20);
  EXPECT_THAT(lab->blocks[2].commands, ElementsAre("test -e file", "test -s file"));
  EXPECT_EQ(lab->blocks[3].kind, Kind::breaking);
  EXPECT_EQ(lab->blocks[3].cause, "link-down");
  EXPECT_EQ(lab->blocks[3].from, "netns:red");
  EXPECT_EQ(lab->blocks[3].to, "10.0.0.1:80");
}

// What a command prints may look like a prompt.
TEST(Lab, OnlyWhatIsTypedIsACommand) {
  const auto lab = parse_lab("two", "# T\n\n```console\n# cat <<EOF\n> one\n>\n> EOF\nout\n> of it\n# true\n```\n");
  ASSERT_TRUE(lab) << lab.error().what;
  EXPECT_THAT(lab->blocks[0].commands, ElementsAre("cat <<EOF\none\n\nEOF", "true"));
}

TEST(Lab, IsReadWithoutWhatIsOnlyChecked) {
  const std::string text = readable_text(*parse_lab("two", kPage));
  EXPECT_THAT(text, HasSubstr("# cat file\none\n"));
  EXPECT_THAT(text, HasSubstr("# no command"));
  EXPECT_THAT(text, HasSubstr("```needs\ncommand -v busybox\n"));
  for (const char* hidden : {"check", "test -e", "break", "v down"})
    EXPECT_THAT(text, testing::Not(HasSubstr(hidden)));
  EXPECT_THAT(text, testing::Not(HasSubstr("\n\n\n")));
}

struct Wrong {
  const char* text;
  const char* said;
};

TEST(Lab, WhatIsWrongIsSaidWithItsLine) {
  for (const Wrong& one : {
           Wrong{"", "x:1: expected a title"},
           Wrong{"# T\n", "x:1: expected a block of 'console'"},
           Wrong{"# T\n\n```console\nout\n```\n", "x:3: expected a line behind '# '"},
           Wrong{"# T\n\n```check\n\n```\n", "x:3: expected a command"},
           Wrong{"# T\n\n```check now\ntrue\n```\n", "x:3: expected 'check' alone"},
           Wrong{"# T\n\n```break link-down a\ntrue\n```\n", "x:3: expected 'break CAUSE FROM TO:PORT'"},
       }) {
    const auto lab = parse_lab("x", one.text);
    ASSERT_FALSE(lab) << one.text;
    EXPECT_EQ(lab.error().kind, podrun::Kind::invalid);
    EXPECT_THAT(lab.error().what, HasSubstr(one.said));
  }
}

TEST(Lab, EachThatPodrunBringsIsOne) {
  EXPECT_GT(lab_pages().size(), 10U);
  for (const LabPage& page : lab_pages()) {
    const auto lab = parse_lab(std::string(page.name), std::string(page.text));
    ASSERT_TRUE(lab) << lab.error().what;
    EXPECT_FALSE(lab->summary.empty()) << page.name;
    bool is_checked = false;
    for (const LabBlock& block : lab->blocks) is_checked |= block.kind == Kind::check;
    EXPECT_TRUE(is_checked) << page.name;
  }
}

}  // namespace
}  // namespace podrun
