//! Every rule as a table: what stands in the files, and what tidy says of it.

use super::crates::{self, Dependency, Member, Workspace};
use super::tree::Tree;
use super::*;
use std::collections::BTreeSet;

/// Runs one rule over files given as path and text; compares `path:line: what` of each finding.
fn check(rule: fn(&Tree) -> Vec<Finding>, files: &[(&str, &str)], expected: &[&str]) {
    compare(rule(&Tree::of(files)), expected);
}

fn compare(findings: Vec<Finding>, expected: &[&str]) {
    let told = |finding: &Finding| format!("{}:{}: {}", finding.path, finding.line, finding.what);
    let found: Vec<String> = findings.iter().map(told).collect();
    assert_eq!(found, expected);
}

/// The same for rules that list instead of judge.
fn check_list(rule: fn(&Tree) -> BTreeSet<String>, files: &[(&str, &str)], expected: &[&str]) {
    let found: Vec<String> = rule(&Tree::of(files)).into_iter().collect();
    assert_eq!(found, expected);
}

/// A function of so many lines, signature and closing brace included.
fn function(lines: usize) -> String {
    format!("fn long() {{\n{}}}\n", "    step();\n".repeat(lines - 2))
}

#[test]
fn the_workspace_is_tidy() {
    let root = crate::root();
    let findings = findings(&root, false).expect("the workspace can be read");
    let lines: String = findings
        .iter()
        .map(|finding| format!("{finding}\n"))
        .collect();
    assert!(
        findings.is_empty(),
        "tidy has {} findings:\n{lines}",
        findings.len()
    );
}

#[test]
fn functions_have_a_length() {
    let rule = shape::findings;
    let path = "crates/domain/src/lib.rs";
    check(rule, &[(path, &function(70))], &[]);
    let what = "crates/domain/src/lib.rs:1: `long` has 71 lines, more than 70";
    check(rule, &[(path, &function(71))], &[what]);
    check(rule, &[("crates/domain/tests/it.rs", &function(120))], &[]);
    let in_test = format!("#[cfg(test)]\nmod tests {{\n{}}}\n", function(120));
    check(rule, &[(path, &in_test)], &[]);
    let handler = format!("async {}", function(41));
    let what = "crates/web/src/lib.rs:1: `long` has 41 lines, more than 40";
    check(rule, &[("crates/web/src/lib.rs", &handler)], &[what]);
    let method = format!("impl Thing {{\n{}}}\n", function(71));
    let what = "crates/domain/src/lib.rs:2: `long` has 71 lines, more than 70";
    check(rule, &[(path, &method)], &[what]);
}

#[test]
fn files_and_lines_have_a_length() {
    let rule = shape::findings;
    let path = "crates/app/src/lib.rs";
    let long = "//\n".repeat(501);
    let what = "crates/app/src/lib.rs:501: the file has 501 lines, more than 500";
    check(rule, &[(path, &long)], &[what]);
    check(rule, &[("crates/app/tests/it.rs", &long)], &[]);
    let wide = format!("// {}\n", "\u{646}".repeat(98));
    let what = "crates/app/src/lib.rs:1: the line has 101 characters, more than 100";
    check(rule, &[(path, &wide)], &[what]);
}

#[test]
fn some_words_are_banned() {
    let rule = shape::findings;
    let path = "crates/app/src/lib.rs";
    let line = |what: &str| format!("crates/app/src/lib.rs:1: {what}");
    check(
        rule,
        &[(path, "#[test] #[ignore] fn f() {}")],
        &[&line("an ignored test")],
    );
    let silenced = line("`allow` silences a lint for ever");
    check(
        rule,
        &[(path, "#[allow(dead_code)] fn f() {}")],
        &[&silenced],
    );
    check(
        rule,
        &[(path, "fn f() { todo!() }")],
        &[&line("a placeholder")],
    );
    check(
        rule,
        &[(path, "fn f() { g().unwrap() }")],
        &[&line("`unwrap` says no reason")],
    );
    check(rule, &[(path, "#[test] fn f() { g().unwrap() }")], &[]);
    check(
        rule,
        &[(
            path,
            "fn f() { g().unwrap_or(1); h(\".unwrap()\") } // todo!()",
        )],
        &[],
    );
    let slept = line("sleeping makes runs slow and uncertain");
    check(rule, &[(path, "fn f() { thread::sleep(a) }")], &[&slept]);
    check(rule, &[(path, "/// Never sleep.\nfn f() {}")], &[]);
}

#[test]
fn a_file_that_nobody_names_is_found() {
    let rule = shape::findings;
    let lost = "crates/app/src/lost.rs:1: no file says `mod lost;`, so this one is never compiled";
    check(
        rule,
        &[
            ("crates/app/src/lib.rs", ""),
            ("crates/app/src/lost.rs", ""),
        ],
        &[lost],
    );
    check(
        rule,
        &[
            ("crates/app/src/lib.rs", "mod a;"),
            ("crates/app/src/a.rs", ""),
        ],
        &[],
    );
    check(
        rule,
        &[
            ("crates/app/src/lib.rs", "mod a;"),
            ("crates/app/src/a/mod.rs", ""),
        ],
        &[],
    );
    let nested = [
        ("crates/app/src/lib.rs", "mod a;"),
        ("crates/app/src/a.rs", "mod b;"),
        ("crates/app/src/a/b.rs", ""),
        ("crates/app/tests/long.rs", ""),
        ("crates/app/tests/it/main.rs", "mod c;"),
        ("crates/app/tests/it/c.rs", ""),
    ];
    check(rule, &nested, &[]);
}

#[test]
fn floors_keep_to_themselves() {
    let rule = floors::findings;
    let statement = "fn f() { run(\"SELECT 1\") }";
    check(rule, &[("crates/store/src/a.rs", statement)], &[]);
    let what = "crates/app/src/a.rs:1: `app` holds SQL";
    check(rule, &[("crates/app/src/a.rs", statement)], &[what]);
    check(
        rule,
        &[("crates/app/src/a.rs", "fn f() { sql!(\"x\") }")],
        &[what],
    );
    check(
        rule,
        &[(
            "crates/app/src/a.rs",
            "/// SELECT 1\nfn f() { g(\"Selected\") }",
        )],
        &[],
    );
    check(rule, &[("crates/app/tests/a.rs", statement)], &[]);
    let what = "crates/app/src/a.rs:1: `app` knows HTTP (`StatusCode`)";
    check(
        rule,
        &[("crates/app/src/a.rs", "fn f() -> StatusCode { g() }")],
        &[what],
    );
    check(
        rule,
        &[("crates/web/src/a.rs", "fn f() -> StatusCode { g() }")],
        &[],
    );
    let what = "crates/domain/src/a.rs:1: `domain` is pure and may not name `::now(`";
    check(
        rule,
        &[("crates/domain/src/a.rs", "fn f() { Timestamp::now() }")],
        &[what],
    );
    check(
        rule,
        &[("crates/domain/src/a.rs", "fn f(now: u8) { g(now) }")],
        &[],
    );
    check(
        rule,
        &[("crates/app/src/a.rs", "fn f() { Timestamp::now() }")],
        &[],
    );
}

#[test]
fn statements_of_two_texts_are_counted() {
    let rule = floors::divergent_statements;
    let text = "fn f() { sql!(both: \"a\", sqlite: \"b\"); sql!(\"c\") }";
    let files = [("crates/store/src/a.rs", text)];
    check_list(rule, &files, &["1"]);
    let many = format!(
        "fn f() {{ {} }}",
        "sql!(both: \"a\", sqlite: \"b\");".repeat(11)
    );
    let what = "crates/store:1: 11 statements are written once for each engine";
    check(
        floors::findings,
        &[("crates/store/src/a.rs", &many)],
        &[what],
    );
}

#[test]
fn rooms_name_each_other_by_arrows() {
    let files = [
        (
            "crates/app/src/lib.rs",
            "mod customers; mod events; mod trust;",
        ),
        (
            "crates/app/src/customers.rs",
            "use crate::events::Event; use super::trust;",
        ),
        (
            "crates/app/src/events/mod.rs",
            "use crate::{trust::{A, B}, Error}; use super::x;",
        ),
        (
            "crates/app/src/trust.rs",
            "#[cfg(test)]\nmod tests { use crate::events; }",
        ),
    ];
    let expected = [
        "app: customers -> events",
        "app: customers -> trust",
        "app: events -> trust",
    ];
    check_list(rooms::arrows, &files, &expected);
}

#[test]
fn places_outside_the_project_are_found() {
    let text = format!("see /{}/notes", "tmp");
    let what = format!("docs/a.md:1: an absolute path into /{}", "tmp");
    check(places::findings, &[("docs/a.md", &text)], &[&what]);
    let relative = format!("see target/{}/notes", "tmp");
    check(places::findings, &[("docs/a.md", &relative)], &[]);
    let address = ["https:", "//one.shop.com/a and http:", "//127.0.0.1:80/"].concat();
    check_list(places::hosts, &[("docs/a.md", &address)], &["one.shop.com"]);
}

#[test]
fn documents_name_what_exists() {
    let rule = documents::findings;
    let line = |what: &str| format!("docs/a.md:1: {what}");
    let source = (
        "crates/fanous/src/main.rs",
        "enum Command { Import, ErasePerson } fn sum() {}",
    );
    let judge =
        |text: &str, expected: &[&str]| check(rule, &[("docs/a.md", text), source], expected);
    judge(
        "`crates/fanous/src` `crates/fanous/src/main.rs:1` `main.rs` `docs/*.md`",
        &[],
    );
    judge("`crates/gone/`", &[&line("`crates/gone/` does not exist")]);
    judge("`gone.rs`", &[&line("`gone.rs` does not exist")]);
    judge(
        "`Command` `Command::Import` `sum()` `PostgreSQL` `SQL` plain Words",
        &[],
    );
    judge("`Gone`", &[&line("`Gone` does not exist")]);
    judge(
        "`Command::Gone`",
        &[&line("`Command::Gone` does not exist")],
    );
    judge("`gone()`", &[&line("`gone()` does not exist")]);
    judge(
        "`cargo xtask tidy --bless` `fanous import FILE.csv` `fanous erase-person`",
        &[],
    );
    judge(
        "`cargo xtask gone`",
        &[&line("`cargo xtask gone` does not exist")],
    );
    judge("`fanous gone`", &[&line("`fanous gone` does not exist")]);
    judge(
        "[a](../crates/fanous/src/main.rs) [b](#c) [d](mailto:e)",
        &[],
    );
    judge(
        "[a](gone.md)",
        &[&line("the link to gone.md leads nowhere")],
    );
    judge("```\n`Gone`\n```\n", &[]);
    judge(
        "```\ncargo xtask gone\n```\n",
        &["docs/a.md:2: `cargo xtask gone` does not exist"],
    );
}

#[test]
fn licences_are_read_as_expressions() {
    let check = |expression: &str, expected: bool| {
        assert_eq!(licences::is_permitted(expression), expected, "{expression}");
    };
    check("MIT", true);
    check("MIT/Apache-2.0", true);
    check("GPL-3.0-only", false);
    check("GPL-3.0-only OR MIT", true);
    check("GPL-3.0-only AND MIT", false);
    check("ISC AND (Apache-2.0 OR GPL-2.0-only)", true);
    check("Apache-2.0 WITH LLVM-exception OR GPL-3.0-only", true);
    check("(MIT", false);
    check("MIT MIT", false);
    check("", false);
}

/// A workspace from lines such as `app -> store`, `app -> testkit (tests)`, `app -> serde`,
/// `fanous -> testkit/harness`.
fn workspace(lines: &[&str]) -> Workspace {
    let mut members: Vec<Member> = Vec::new();
    for line in lines {
        let (name, other) = line.split_once(" -> ").expect("an arrow");
        let is_dev = other.ends_with(" (tests)");
        let other = other.trim_end_matches(" (tests)");
        let is_ours = other != "serde";
        let (other, feature) = other
            .split_once('/')
            .map_or((other, None), |(other, feature)| {
                (other, Some(feature.to_owned()))
            });
        let dependency = Dependency {
            name: other.to_owned(),
            is_dev,
            is_ours,
            features: feature.into_iter().collect(),
        };
        match members.iter_mut().find(|member| member.name == name) {
            Some(member) => member.dependencies.push(dependency),
            None => {
                members.push(Member {
                    name: name.to_owned(),
                    dependencies: vec![dependency],
                });
            }
        }
    }
    Workspace {
        members,
        licences: Vec::new(),
    }
}

#[test]
fn arrows_between_crates_are_given() {
    let check = |lines: &[&str], expected: &[&str]| {
        let tree = Tree::of(&[
            (
                "crates/app/src/lib.rs",
                "use store; use testkit; use domain;",
            ),
            ("crates/domain/src/lib.rs", "use app;"),
            ("crates/fanous/src/main.rs", "use testkit;"),
            ("crates/web/src/lib.rs", "use store;"),
        ]);
        compare(crates::findings(&workspace(lines), &tree), expected);
    };
    check(&["app -> store", "app -> testkit (tests)"], &[]);
    let what = "crates/web/Cargo.toml:1: `web` may not depend on `store`";
    check(&["web -> store"], &[what]);
    let what = "crates/domain/Cargo.toml:1: `domain` may not depend on `app`";
    check(&["domain -> app"], &[what]);
    let what = "crates/app/Cargo.toml:1: `app` may not depend on `testkit`";
    check(&["app -> testkit"], &[what]);
    check(&["fanous -> testkit"], &[]);
    let what = "crates/fanous/Cargo.toml:1: `fanous` may not depend on `testkit`";
    check(&["fanous -> testkit/harness"], &[what]);
    check(&["fanous -> testkit/default"], &[what]);
}

#[test]
fn dependencies_have_a_reason_and_a_use() {
    let check = |source: &str, reasons: &str, expected: &[&str]| {
        let top =
            "[workspace.dependencies]\nserde = \"1\"\nspare = \"1\"\n\n[profile.dev]\na = 1\n";
        let files = [
            ("Cargo.toml", top),
            ("crates/app/src/lib.rs", source),
            ("docs/dependencies.md", reasons),
        ];
        let spare = "Cargo.toml:3: `spare` is declared and taken by no crate";
        let expected = [expected, &[spare]].concat();
        compare(
            crates::findings(&workspace(&["app -> serde"]), &Tree::of(&files)),
            &expected,
        );
    };
    check(
        "use serde::Serialize;",
        "| `serde` | reads and writes |",
        &[],
    );
    let what = "docs/dependencies.md:1: `serde` has no reason";
    check("use serde::Serialize;", "", &[what]);
    check("use serde::Serialize;", "| `serde` |  |", &[what]);
    let what = "crates/app/Cargo.toml:1: `app` names `serde` nowhere";
    check("", "| `serde` | reads and writes |", &[what]);
    let what = "docs/dependencies.md:2: no crate depends on `gone`";
    check(
        "use serde;",
        "| `serde` | reads |\n| `gone` | unknown |",
        &[what],
    );
}

#[test]
fn golden_files_show_both_sides() {
    let actual = BTreeSet::from(["a".to_owned(), "b".to_owned()]);
    let findings = golden::differences("x.txt", "a\nc\n", &actual);
    let expected = [
        "xtask/golden/x.txt:1: not agreed: b",
        "xtask/golden/x.txt:2: no longer so: c",
    ];
    compare(findings, &expected);
}

#[test]
fn languages_say_what_english_says() {
    let rule = languages::findings;
    let (english, persian) = ("crates/web/locales/en/a.ftl", "crates/web/locales/fa/a.ftl");
    let chinese = "crates/web/locales/zh-Hant-TW/a.ftl";
    let source = (
        "crates/web/src/a.rs",
        "fn say() { tell(\"a-one\", \"a-two\"); }\n",
    );
    let two = "a-one = One\na-two = { $count ->\n    [one] 1 { $name }\n   \
               *[other] { $count-shown } { $name }\n }\n";
    let check = |path: &str, text: &str, expected: &[&str]| {
        check(rule, &[(english, two), source, (path, text)], expected);
    };
    check(
        persian,
        "a-one = یک\na-two = { $name }، { $count-shown }\n",
        &[],
    );
    check(
        persian,
        "a-one = یک\na-three = سه\n",
        &[
            "crates/web/locales/fa/a.ftl:1: `a-two` is missing",
            "crates/web/locales/fa/a.ftl:2: English has no `a-three`",
        ],
    );
    check(
        persian,
        "a-one = یک { $who }\na-two = { $count-shown }\n",
        &[
            "crates/web/locales/fa/a.ftl:1: `a-one` names `$who`",
            "crates/web/locales/fa/a.ftl:2: `a-two` leaves out `$name`",
        ],
    );
    let rest = "a-two = { $name } { $count-shown }\n";
    for (text, what) in [
        ("ك", "ك"),
        ("ي", "ي"),
        ("روز 2", "2"),
        ("روز ٢", "٢"),
        ("\"یک\"", "\""),
        ("یک, دو", ","),
        ("چند?", "?"),
    ] {
        let what = format!("crates/web/locales/fa/a.ftl:1: `a-one` holds {what}");
        check(persian, &format!("a-one = {text}\n{rest}"), &[&what]);
    }
    let address = "a-one = با { \"127.0.0.1\" }\n";
    check(persian, &format!("{address}{rest}"), &[]);
    let form =
        "a-one = یک\na-two = { $count ->\n    [one] { $name }\n   *[other] { $name } ها\n }\n";
    let what = "crates/web/locales/fa/a.ftl:2: `a-two` holds the form [one]";
    check(persian, form, &[what]);
    for (text, sign) in [("一, 二", ","), ("一 A", " "), ("一(二", "(")] {
        let what = format!("crates/web/locales/zh-Hant-TW/a.ftl:1: `a-one` holds “{sign}”");
        check(chinese, &format!("a-one = {text}\n{rest}"), &[&what]);
    }
    check(chinese, &format!("a-one = 一，A\n{rest}"), &[]);
}

#[test]
fn what_nobody_says_and_what_was_not_translated_is_found() {
    let rule = languages::findings;
    let english = "crates/web/locales/en/a.ftl";
    let source = (
        "crates/web/src/a.rs",
        "fn say() { tell(\"a-1\", \"a-2\", \"a-3\", \"a-4\"); }\n",
    );
    let four = "a-1 = One\na-2 = Two\na-3 = Three\na-4 = Four\n";
    let unsaid = format!("{four}a-5 = Five\nattribute-x = six\n");
    let what = "crates/web/locales/en/a.ftl:5: nobody says `a-5`";
    check(rule, &[(english, &unsaid), source], &[what]);
    let german = "crates/web/locales/de/a.ftl";
    let taken = |count: usize| four.replacen('O', if count > 3 { "O" } else { "Ein" }, 1);
    check(rule, &[(english, four), source, (german, &taken(3))], &[]);
    let found: Vec<String> = (1..=4)
        .map(|number| {
            format!("crates/web/locales/de/a.ftl:{number}: `a-{number}` reads as in English")
        })
        .collect();
    let found: Vec<&str> = found.iter().map(String::as_str).collect();
    check(rule, &[(english, four), source, (german, four)], &found);
}
