//! Which texts are read, as what, and how the others are refused.

use domain::segments::{
    COMPARISONS_MAX, DEPTH_MAX, LIST_MAX, Problem, TEXT_BYTES_MAX, WORD_BYTES_MAX, parse,
};

/// The text form of what is read, or where and why it is refused.
fn check(text: &str, expected: &str) {
    let found = match parse(text) {
        Ok(predicate) => {
            let canonical = predicate.to_string();
            assert_eq!(parse(&canonical).as_ref(), Ok(&predicate), "{canonical}");
            canonical
        }
        Err(error) => error.to_string(),
    };
    assert_eq!(found, expected, "{text}");
}

#[test]
fn comparisons_have_one_form() {
    check("orders>=3", "orders >= 3");
    check("3 <= orders", "orders >= 3");
    check("3 > orders", "orders < 3");
    check("(orders) == (2)", "orders == 2");
    check("orders != 2", "orders != 2");
    check("net >= 500.50", "net >= 500.5");
    check("net > -0.00", "net > 0");
    check("net < - 12", "net < -12");
    check("discount_share >= .25", "discount_share >= 0.25");
    check("rating >= 4.5", "rating >= 4.5");
    check(
        "usual_hour < 24 || usual_hour < 23",
        "at column 1: 24 is out of range: usual_hour is from 0 to 23",
    );
    check("store.orders > 0", "store.orders > 0");
    check("recency_band in [4, 5]", "recency_band in [4, 5]");
    check("country == 'France'", "country == \"France\"");
    check(
        "country in [\"France\",'Spain',]",
        "country in [\"France\", \"Spain\"]",
    );
    check("\"coffee\" in interests", "\"coffee\" in interests");
    check("'marketing' in consents", "\"marketing\" in consents");
    check("standing == \"won_back\"", "standing == \"won_back\"");
    check(
        "last_order>=date('2011-06-01')",
        "last_order >= date(\"2011-06-01\")",
    );
    check(
        "last_order in [date(\"2011-06-01\"), date(\"2012-02-29\")]",
        "last_order in [date(\"2011-06-01\"), date(\"2012-02-29\")]",
    );
    check(
        "60 < days_since( last_order )",
        "days_since(last_order) > 60",
    );
    check(
        "days_since(web.last_order) in [1,2]",
        "days_since(web.last_order) in [1, 2]",
    );
    check("has(last_order)", "has(last_order)");
    check("segment('vip')", "segment(\"vip\")");
    check("won_back == true", "won_back");
    check("false == won_back", "!won_back");
    check("won_back != true", "!won_back");
}

#[test]
fn joined_conditions_keep_their_meaning() {
    check(
        "orders >= 3 && days_since(last_order) > 60",
        "orders >= 3 && days_since(last_order) > 60",
    );
    check(
        "orders > 1 || visits > 1 && net > 1",
        "orders > 1 || visits > 1 && net > 1",
    );
    check(
        "(orders > 1 || visits > 1) && net > 1",
        "(orders > 1 || visits > 1) && net > 1",
    );
    check(
        "(orders > 1 && (visits > 1 && net > 1))",
        "orders > 1 && visits > 1 && net > 1",
    );
    check("!(orders > 1)", "!(orders > 1)");
    check("!!won_back", "!!won_back");
    check("!(won_back)", "!won_back");
    check("!has(country)&&true", "!has(country) && true");
    check("!(\"web\" in channels)", "!(\"web\" in channels)");
    check("((true))", "true");
}

#[test]
fn texts_have_the_escapes_of_the_language() {
    check(
        r#"country == "a\"b\\c\n\tA\u00e9\x41\101""#,
        r#"country == "a\"b\\c\n\tAéAA""#,
    );
    check(r#"country == "\U0001F3EE""#, r#"country == "🏮""#);
    check("country == \"ایران\"", "country == \"ایران\"");
    check("country == \"می‌خواهم\"", "country == \"می‌خواهم\"");
    // What turns the writing direction is written out, so that the form shows what is asked.
    check(
        "country == \"\u{202e}ecnarF\"",
        "country == \"\\u202EecnarF\"",
    );
    check(
        "country == 'it''s'",
        "at column 16: a text where &&, || or the end was expected",
    );
    check(
        r#"country == "\q""#,
        "at column 13: the escape after the backslash is unknown \
        (a backslash itself is written \\\\)",
    );
    check(
        r#"country == "\ud800""#,
        "at column 13: the escape after the backslash is unknown \
        (a backslash itself is written \\\\)",
    );
    check(
        r#"country == "\u+123""#,
        "at column 13: the escape after the backslash is unknown \
        (a backslash itself is written \\\\)",
    );
    check(
        "country == \"a\0b\"",
        "at column 14: a text cannot hold the character U+0000",
    );
    check(
        r#"country == "a\u0000b""#,
        "at column 14: a text cannot hold the character U+0000",
    );
    check(
        "country == \"France",
        "at column 12: the text is not closed \
        (it ends with the quote with which it begins)",
    );
    check(
        "country == \"a\nb\"",
        "at column 14: a text stands on one line (write \\n)",
    );
}

#[test]
fn unknown_names_are_guessed() {
    check(
        "ordrs > 1",
        "at column 1: there is no attribute “ordrs” (did you mean orders?)",
    );
    check(
        "true && Orders > 1",
        "at column 9: there is no attribute “Orders” (did you mean orders?)",
    );
    check(
        "shop.orders > 1",
        "at column 1: there is no attribute “shop.orders” \
        (did you mean app.orders?)",
    );
    check(
        "revenue_of_everything > 1",
        "at column 1: there is no attribute “revenue_of_everything”",
    );
    check(
        "segment > 1",
        "at column 1: there is no attribute “segment” (segment is a function)",
    );
    check(
        "day_since(last_order) > 1",
        "at column 1: there is no function “day_since” \
        (did you mean days_since?)",
    );
    check(
        "country.startsWith(\"F\")",
        "at column 1: there is no function “country.startsWith” \
        (there are date, days_since, has, segment)",
    );
    check(
        "stage == \"baskt\"",
        "at column 1: stage is never “baskt” (did you mean “basket”?)",
    );
    check(
        "\"newsletter\" in consents",
        "at column 1: consents is never “newsletter” \
        (one of analytics, personalisation, marketing, third_party)",
    );
    check(
        "standing in [\"new\", \"gone\"]",
        "at column 21: standing is never “gone” \
        (one of prospect, new, returning, lapsed, won_back)",
    );
}

#[test]
fn kinds_that_differ_are_both_named() {
    check(
        "orders >= \"3\"",
        "at column 1: orders is a count and cannot be compared with a text \
        (write orders >= 3)",
    );
    check(
        "last_order > 3",
        "at column 1: last_order is a day and cannot be compared with a number \
        (write last_order >= date(\"2026-01-31\") or days_since(last_order) > 60)",
    );
    check(
        "country < \"G\"",
        "at column 1: country is a word, and words have no order \
        (words are compared with ==, != and in)",
    );
    check(
        "interests == \"coffee\"",
        "at column 1: interests is a set of words and cannot be \
        compared with a text (write \"coffee\" in interests)",
    );
    check(
        "won_back == 1",
        "at column 1: won_back is yes or no and cannot be compared with \
        a number (write won_back or !won_back)",
    );
    check("won_back > true", "at column 1: yes and no have no order");
    check(
        "orders == true",
        "at column 1: orders is a count and cannot be compared with \
        true or false (write orders >= 3)",
    );
    check(
        "orders > net",
        "at column 1: orders cannot be compared with net \
        (an attribute is compared with a value)",
    );
    check(
        "1 < 2",
        "at column 1: a number cannot be compared with a number \
        (an attribute stands on one side of a comparison)",
    );
    check(
        "days_since(country) > 1",
        "at column 12: country is a word, and days are counted \
        from a day (write country == \"France\")",
    );
    check(
        "days_since(last_order) > date(\"2011-06-01\")",
        "at column 1: days_since(last_order) \
        is a number of days and cannot be compared with a day (write days_since(last_order) > 60)",
    );
    check(
        "orders",
        "at column 1: orders alone is neither true nor false (write orders >= 3)",
    );
    check(
        "!orders",
        "at column 2: orders alone is neither true nor false (write orders >= 3)",
    );
    check(
        "true && 1",
        "at column 9: a number alone is neither true nor false",
    );
    check(
        "orders in 3",
        "at column 1: an attribute cannot be looked for in a number \
        (write country in [\"France\"] or \"coffee\" in interests)",
    );
    check(
        "\"x\" in country",
        "at column 1: country is a word, not a set \
        (write country == \"France\")",
    );
    check(
        "orders in [true]",
        "at column 12: a list holds values, not true or false",
    );
    check("orders in []", "at column 11: nothing is in an empty list");
    check(
        "!won_back == true",
        "at column 1: a condition cannot be compared with true or false \
        (an attribute stands on one side of a comparison)",
    );
}

#[test]
fn values_out_of_range_say_the_range() {
    check(
        "orders > -1",
        "at column 1: -1 is out of range: orders is from 0 to 1000000000000",
    );
    check(
        "orders > 1.5",
        "at column 1: 1.5 is too exact: orders is a whole number",
    );
    check(
        "return_share > 25",
        "at column 1: 25 is out of range: return_share is from 0 to 1",
    );
    check(
        "rating > 4.123",
        "at column 1: 4.123 is too exact: rating has at most 2 decimals",
    );
    check(
        "money_band >= 6",
        "at column 1: 6 is out of range: money_band is from 1 to 5",
    );
    check(
        "days_since(last_order) > 100001",
        "at column 1: 100001 is out of range: days_since is from 0 to 100000",
    );
    check(
        "net > 1e308",
        "at column 7: “1e308” has an exponent; numbers are written out",
    );
    check(
        "net > 0x1F",
        "at column 7: “0x1F” is no number: digits with at most one point \
        and digits after it",
    );
    check(
        "net > 5u",
        "at column 7: “5u” is no number: digits with at most one point \
        and digits after it",
    );
    check(
        "net > 1.2.3",
        "at column 7: “1.2.3” is no number: digits with at most one point \
        and digits after it",
    );
    check(
        "net > 99999999999999999999999999999",
        "at column 7: “99999999999999999999999999999” has too many digits",
    );
    check(
        "net > 9999999999999999999999999999",
        "at column 1: 9999999999999999999999999999 is \
        out of range: net is from -1000000000000000 to 1000000000000000",
    );
    check(
        "net > ۵",
        "at column 7: “۵” is no part of the language \
        (numbers are written with the digits 0 to 9)",
    );
    check(
        "last_order > date(\"2011-02-29\")",
        "at column 19: “2011-02-29” is no day of the calendar",
    );
    check(
        "last_order > date(\"2200-01-01\")",
        "at column 19: “2200-01-01” is not between 1970 and 2199",
    );
    check(
        "last_order > date(\"1.6.2011\")",
        "at column 19: “1.6.2011” is no date \
        (a date is written 2011-06-01)",
    );
}

#[test]
fn what_is_left_open_is_told() {
    check(
        "",
        "at column 1: the end where an attribute or a value was expected",
    );
    check(
        "orders >",
        "at column 9: the end where an attribute or a value was expected",
    );
    check(
        "(orders > 1",
        "at column 12: the end where “)” was expected",
    );
    check(
        "orders > 1)",
        "at column 11: “)” where &&, || or the end was expected",
    );
    check(
        "orders = 1",
        "at column 8: “=” is no part of the language \
        (two equal signs compare: ==)",
    );
    check(
        "orders > 1 and net > 2",
        "at column 12: “and” where &&, || or the end was expected \
        (write &&)",
    );
    check(
        "1 < orders < 5",
        "at column 12: “<” where &&, || or the end was expected \
        (join two comparisons with &&)",
    );
    check(
        "country == “France”",
        "at column 12: ““” is no part of the language \
        (texts stand between straight quotes)",
    );
    check(
        "orders > 1\u{200f}",
        "at column 11: “U+200F” is no part of the language",
    );
    check(
        "orders\u{a0}> 1",
        "at column 7: “U+00A0” is no part of the language",
    );
    check(
        "net > -orders",
        "at column 7: a minus stands only before a number",
    );
    check(
        "date(2011)",
        "at column 6: “2011” where a date such as \"2011-06-01\" was expected",
    );
    check(
        "in",
        "at column 1: “in” where an attribute or a value was expected",
    );
}

#[test]
fn columns_count_characters_and_bytes_count_bytes() {
    let error = parse("country == \"ایران\" && ordrs > 1").expect_err("a name is wrong");
    assert_eq!((error.byte, error.column), (27, 23));
}

#[test]
fn what_is_too_much_is_refused_at_once() {
    let check = |text: &str, problem: Option<Problem>| {
        let found = parse(text).err().map(|error| error.problem);
        assert_eq!(found, problem, "{} bytes", text.len());
    };
    let nested = |depth: usize| format!("{}true{}", "(".repeat(depth), ")".repeat(depth));
    check(&nested(DEPTH_MAX), None);
    check(&nested(DEPTH_MAX + 1), Some(Problem::Bound));
    check(&format!("{}true", "!".repeat(DEPTH_MAX)), None);
    check(&"!".repeat(TEXT_BYTES_MAX), Some(Problem::Bound));
    check(&"(".repeat(TEXT_BYTES_MAX), Some(Problem::Bound));
    check(&"[".repeat(TEXT_BYTES_MAX), Some(Problem::Expected));
    check(&"-".repeat(TEXT_BYTES_MAX), Some(Problem::Expected));
    check(&"orders > 1 && ".repeat(100_000), Some(Problem::Bound));
    let list = |length: usize| format!("orders in [{}]", vec!["1"; length].join(","));
    check(&list(LIST_MAX), None);
    check(&list(LIST_MAX + 1), Some(Problem::Bound));
    let joined = |count: usize| vec!["orders>1"; count].join("||");
    check(&joined(COMPARISONS_MAX), None);
    check(&joined(COMPARISONS_MAX + 1), Some(Problem::Bound));
    let word = |bytes: usize| format!("country == \"{}\"", "x".repeat(bytes));
    check(&word(WORD_BYTES_MAX), None);
    check(&word(WORD_BYTES_MAX + 1), Some(Problem::Bound));
    // The escapes of its text form would make this one longer than a text may be.
    let hidden = format!("'{}' in interests", "\u{200b}".repeat(60));
    check(&vec![hidden.as_str(); 18].join("||"), Some(Problem::Bound));
}
