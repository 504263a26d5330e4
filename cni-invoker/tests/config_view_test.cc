// Typed access to a plugin's configuration: what each value has to be, and what is said when it is not.
#include "cni/config_view.h"

#include <gmock/gmock.h>

#include "cni/error.h"
#include "covers.h"

namespace cni {
namespace {

using testing::covers;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr const char* kDocument = R"({
  "dir": "/run/\u0061",
  "mtu": 1400, "priority": -5, "share": 0.25, "huge": 12345678901234567890, "point": 1.0, "power": 1e3,
  "masq": true, "nothing": null,
  "ipam": { "type": "host-local",
            "ranges": [ [ { "subnet": "10.0.0.0/8" } ], [ { "subnet": 7 } ] ] },
  "servers": ["a", "b"], "mixed": ["a", 1, null],
  "odd.key": {"x\n": 1}
})";

class View : public ::testing::Test {
 protected:
  // What is said, once it is known that it is said the way a plugin says that its configuration is wrong.
  template <class T>
  static std::string told(const Result<T>& outcome) {
    if (outcome) return "(nothing)";
    const PluginFailure* failure = plugin_failure(outcome.error());
    if (failure == nullptr || failure->code != code::kInvalidConfig) return "(no code 7) " + outcome.error().what;
    EXPECT_EQ(failure->message, outcome.error().what);
    return failure->message;
  }
  const ConfigView config = *ConfigView::parse(kDocument);
};

TEST_F(View, EachTypeIsRead) {
  covers("P.10");
  EXPECT_EQ(*config["dir"].text(), "/run/a");
  EXPECT_EQ(*config["mtu"].number(), 1400);
  EXPECT_EQ(*config["mtu"].number({68, 1400}), 1400);
  EXPECT_EQ(*config["priority"].number(), -5);
  EXPECT_EQ(*config["share"].real(), 0.25);
  EXPECT_EQ(*config["mtu"].real(), 1400.0);
  EXPECT_TRUE(*config["masq"].flag());
  EXPECT_EQ(*config["ipam"]["type"].text(), "host-local");
  EXPECT_THAT(*config["servers"].texts(), ElementsAre("a", "b"));
  EXPECT_EQ(*(*(*config["ipam"]["ranges"].array())[0].array())[0]["subnet"].text(), "10.0.0.0/8");
  const auto members = config["odd.key"].members();
  ASSERT_EQ(members->size(), 1U);
  EXPECT_EQ((*members)[0].first, "x\n");
  EXPECT_EQ(*(*members)[0].second.number(), 1);
  EXPECT_EQ(config["ipam"]["ranges"].json(), R"([ [ { "subnet": "10.0.0.0/8" } ], [ { "subnet": 7 } ] ])");
}

TEST_F(View, WhatIsAbsentOrNullHasItsDefault) {
  covers("P.10");
  for (const char* key : {"absent", "nothing"}) {
    const ConfigView value = config[key];
    EXPECT_FALSE(value.is_there());
    EXPECT_EQ(*value.text_or("x"), "x");
    EXPECT_EQ(*value.number_or(7, {0, 5}), 7);  // the default is the plugin's business
    EXPECT_EQ(*value.real_or(0.5), 0.5);
    EXPECT_TRUE(*value.flag_or(true));
    EXPECT_THAT(*value.array(), IsEmpty());
    EXPECT_THAT(*value.texts(), IsEmpty());
    EXPECT_THAT(*value.members(), IsEmpty());
    EXPECT_EQ(value.json(), "");
    EXPECT_EQ(*value["below"]["it"].text_or("x"), "x");
  }
  EXPECT_EQ(*ConfigView()["x"].text_or("y"), "y");
  // A default is for what is absent, not for what is wrong.
  EXPECT_THAT(told(config["mtu"].text_or("x")), "line 3, column 10: 'mtu': expected a string");
  EXPECT_THAT(told(config["dir"].flag_or(true)), "line 2, column 10: 'dir': expected true or false");
  EXPECT_THAT(told(config["dir"].number_or(1)), "line 2, column 10: 'dir': expected a whole number");
  EXPECT_THAT(told(config["dir"].real_or(1)), "line 2, column 10: 'dir': expected a number");
}

TEST_F(View, AnErrorNamesKeyAndPlace) {
  covers("P.10");
  const auto ranges = *config["ipam"]["ranges"].array();
  EXPECT_EQ(told((*ranges[1].array())[0]["subnet"].text()),
            "line 6, column 71: 'ipam.ranges[1][0].subnet': expected a string");
  EXPECT_EQ(told((*ranges[1].array())[0]["gateway"].text()),
            "line 6, column 59: 'ipam.ranges[1][0].gateway': is missing");
  EXPECT_EQ(told(config["ipam"]["type"]["deeper"]["still"].text_or("x")),
            "line 5, column 21: 'ipam.type': expected an object");
  EXPECT_EQ(told(config["ipam"]["type"]["deeper"].array()), "line 5, column 21: 'ipam.type': expected an object");
  EXPECT_EQ(told(config["mixed"].texts()), "line 7, column 41: 'mixed[1]': expected a string");
  EXPECT_EQ(told((*config["mixed"].array())[2].text()), "line 7, column 44: 'mixed[2]': is missing");
  EXPECT_EQ(told(config["masq"].array()), "line 4, column 11: 'masq': expected an array");
  EXPECT_EQ(told(config["masq"].members()), "line 4, column 11: 'masq': expected an object");
  EXPECT_EQ(told(config["odd.key"]["x\n"].text()), R"(line 8, column 22: '["odd.key"]["x\n"]': expected a string)");
  EXPECT_EQ(told(Result<void>(config["dir"].error("must exist"))), "line 2, column 10: 'dir': must exist");
}

TEST_F(View, WhatIsAskedForHasToBeThere) {
  covers("P.10");
  for (const char* key : {"absent", "nothing"}) {
    const std::string missing = std::string("'") + key + "': is missing";
    EXPECT_THAT(told(config[key].text()), ::testing::EndsWith(missing));
    EXPECT_THAT(told(config[key].flag()), ::testing::EndsWith(missing));
    EXPECT_THAT(told(config[key].number()), ::testing::EndsWith(missing));
    EXPECT_THAT(told(config[key].real()), ::testing::EndsWith(missing));
  }
  EXPECT_THAT(told(config["azAZ09_-"].text()), ::testing::EndsWith("'azAZ09_-': is missing"));
  EXPECT_THAT(told(config["a b"].text()), ::testing::EndsWith(R"('["a b"]': is missing)"));
  EXPECT_THAT(told(config["dir"]["x"].text()), ::testing::EndsWith("'dir': expected an object"));
}

TEST_F(View, NumbersAreWholeAndInTheirRange) {
  covers("P.10");
  EXPECT_EQ(told(config["mtu"].number({68, 1399})),
            "line 3, column 10: 'mtu': expected a whole number from 68 to 1399");
  EXPECT_EQ(told(config["mtu"].number({.min = 1401})),
            "line 3, column 10: 'mtu': expected a whole number, 1401 or more");
  EXPECT_EQ(told(config["mtu"].number({.max = 0})), "line 3, column 10: 'mtu': expected a whole number, at most 0");
  for (const char* key : {"huge", "point", "power", "share", "masq"})
    EXPECT_THAT(told(config[key].number()), ::testing::EndsWith("expected a whole number")) << key;
  EXPECT_EQ(*config["huge"].real(), 12345678901234567890.0);
}

TEST_F(View, ADocumentIsOneObject) {
  for (const char* bad : {"", "{", "[]", "1", "null", "{} {}"})
    EXPECT_EQ(ConfigView::parse(bad).error().kind, Kind::invalid) << bad;
  // A copy outlives what it was taken from.
  ConfigView kept;
  {
    const ConfigView whole = *ConfigView::parse(R"( {"a":{"b":"c"}} )");
    kept = whole["a"];
  }
  EXPECT_EQ(*kept["b"].text(), "c");
}

}  // namespace
}  // namespace cni
