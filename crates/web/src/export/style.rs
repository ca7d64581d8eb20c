//! The rules of charts out of the style sheet, as a drawing takes them along that stands alone:
//! in the light colours, with every variable resolved, and in no newer words than those which
//! programs for drawings know.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::assets::{style_text, variables, variables_of};

/// Between these headings of the sheet stand the rules of charts.
const FIRST: &str = "/* Charts */";
const LAST: &str = "/* Two charts beside";
/// What a selector has that speaks of a page, not of a drawing.
const OF_PAGES: [&str; 7] = [
    ":hover",
    ":focus",
    ":has(",
    ":not(",
    "[dir",
    ".interval",
    ".row-bar",
];
/// What a drawing takes along; all else is about the page around it.
const TAKEN: [&str; 17] = [
    "fill",
    "fill-opacity",
    "stroke",
    "stroke-width",
    "stroke-opacity",
    "stroke-dasharray",
    "stroke-linejoin",
    "stroke-linecap",
    "opacity",
    "visibility",
    "rx",
    "font",
    "font-size",
    "font-weight",
    "text-anchor",
    "paint-order",
    "unicode-bidi",
];

static RULES: LazyLock<String> = LazyLock::new(|| taken(style_text()));

/// The rules, each on a line.
pub(super) fn rules() -> &'static str {
    &RULES
}

/// What a variable of the sheet is in light.
pub(super) fn variable(name: &str) -> String {
    let variables = variables(false);
    variables.get(name).cloned().unwrap_or_default()
}

fn taken(sheet: &str) -> String {
    let variables = variables_of(sheet, false);
    let start = sheet.find(FIRST).unwrap_or(0);
    let end = sheet.find(LAST).unwrap_or(sheet.len());
    let sheet = without_comments(&sheet[start..end.max(start)]);
    let mut text = String::new();
    for rule in sheet.split('}') {
        let Some((selectors, declarations)) = rule.split_once('{') else {
            continue;
        };
        let selectors: Vec<String> = parts(selectors, ',')
            .iter()
            .filter(|selector| !OF_PAGES.iter().any(|word| selector.contains(word)))
            .flat_map(|selector| spelled_out(selector))
            .collect();
        let declarations = declared(declarations, &variables);
        if !selectors.is_empty() && !declarations.is_empty() {
            text.push_str(&format!("{} {{ {declarations} }}\n", selectors.join(", ")));
        }
    }
    text
}

fn without_comments(sheet: &str) -> String {
    let mut text = String::new();
    let mut rest = sheet;
    while let Some((before, after)) = rest.split_once("/*") {
        text.push_str(before);
        rest = after.split_once("*/").map_or("", |(_, after)| after);
    }
    text.push_str(rest);
    text
}

/// Splits where no bracket is open.
fn parts(text: &str, at: char) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut depth = 0_usize;
    for sign in text.chars() {
        match sign {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if sign == at && depth == 0 {
            parts.push(String::new());
        } else if let Some(part) = parts.last_mut() {
            part.push(sign);
        }
    }
    parts.iter().map(|part| part.trim().to_owned()).collect()
}

/// `a :is(b, c)` as `a b` and `a c`.
fn spelled_out(selector: &str) -> Vec<String> {
    let Some((before, rest)) = selector.split_once(":is(") else {
        return vec![selector.to_owned()];
    };
    let (choices, after) = rest.split_once(')').unwrap_or((rest, ""));
    let choices = choices.split(',').map(str::trim);
    choices
        .flat_map(|choice| spelled_out(&format!("{before}{choice}{after}")))
        .collect()
}

fn declared(declarations: &str, variables: &BTreeMap<String, String>) -> String {
    let lines = declarations
        .split(';')
        .filter_map(|line| line.split_once(':'));
    let lines = lines.map(|(name, value)| (name.trim(), value.trim()));
    let lines = lines.filter(|(name, _)| TAKEN.contains(name));
    let lines: Vec<String> = lines
        .map(|(name, value)| declaration(name, &resolved(value, variables)))
        .collect();
    lines.join(" ")
}

/// The value without its variables and sums.
fn resolved(value: &str, variables: &BTreeMap<String, String>) -> String {
    let mut value = value.to_owned();
    while let Some((before, rest)) = value.split_once("var(") {
        let (name, after) = rest.split_once(')').unwrap_or((rest, ""));
        let known = variables.get(name).map_or("", String::as_str);
        value = format!("{before}{known}{after}");
    }
    let product = value.strip_prefix("calc(");
    let product = product.and_then(|rest| rest.strip_suffix(')'));
    let factors = product.and_then(|product| product.split_once('*'));
    let factors = factors.and_then(|(left, right)| {
        let left: f64 = left.trim().parse().ok()?;
        let right: f64 = right.trim().parse().ok()?;
        Some(left * right)
    });
    match factors {
        Some(product) => format!("{product:.3}"),
        None => value,
    }
}

/// A colour with its opacity is told as older programs want it: apart.
fn declaration(name: &str, value: &str) -> String {
    let opacity = value
        .strip_prefix('#')
        .filter(|hex| hex.len() == 8 && ["fill", "stroke"].contains(&name))
        .and_then(|hex| u8::from_str_radix(&hex[6..], 16).ok());
    match (opacity, value) {
        (Some(opacity), _) => {
            let opacity = f64::from(opacity) / 255.0;
            format!("{name}: {}; {name}-opacity: {opacity:.2};", &value[..7])
        }
        (None, "transparent") => format!("{name}: none;"),
        (None, _) => format!("{name}: {value};"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_spelled_out_and_resolved() {
        let sheet = ":root { --ink: #111111; --veil: #ffffffb8; --tint: 0.5; }\n\
            .before { fill: red; }\n/* Charts */ /* a, b { c } */\n\
            .chart :is(.a, .b) ~ .c { fill: var(--ink); inline-size: 1rem; }\n\
            .t1 { fill-opacity: calc(var(--tint) * 0.17); }\n\
            .hatch { stroke: var(--veil); }\n.reach { fill: transparent; }\n\
            .mark:is(:hover, :focus) .d { fill: red; }\n/* Two charts beside each other */\n\
            .after { fill: red; }";
        let expected = ".chart .a ~ .c, .chart .b ~ .c { fill: #111111; }\n\
            .t1 { fill-opacity: 0.085; }\n\
            .hatch { stroke: #ffffff; stroke-opacity: 0.72; }\n\
            .reach { fill: none; }\n";
        assert_eq!(taken(sheet), expected);
    }

    #[test]
    fn nothing_of_the_sheet_is_newer_than_programs_for_drawings() {
        let rules = rules();
        for word in ["var(", "calc(", ":is(", ":has(", "@media", "/*"] {
            assert!(!rules.contains(word), "{word} in {rules}");
        }
        for word in [
            ".part.new {",
            ".line {",
            ".tint {",
            ".grid {",
            ".t9 {",
            ".note text {",
        ] {
            assert!(rules.contains(word), "{word} not in {rules}");
        }
    }
}
