//! What holds for every chart.

use axum::http::HeaderMap;

use super::*;
use crate::i18n::{Speech, speech_for};

const HOSTILE: &str = "\"><script>alert('1')</script><a onclick=\"x\" style=\"y\">&\u{202e}";

fn hostile() -> String {
    HOSTILE.to_owned()
}

fn hostile_cells() -> HeatMap {
    let cell = Cell {
        tint: 0.5,
        value: hostile(),
        text: hostile(),
        note: hostile(),
        readout: hostile(),
        href: Some(hostile()),
        is_unfinished: true,
    };
    HeatMap {
        id: "cells",
        label: hostile(),
        size: Size::Wide,
        runs: Runs::Time,
        rows_title: hostile(),
        columns_title: hostile(),
        size_title: hostile(),
        columns: vec![hostile()],
        rows: vec![HeatRow {
            label: hostile(),
            value: Some(hostile()),
            size: hostile(),
            size_value: 1,
            cells: vec![Some(cell)],
        }],
        unfinished: hostile(),
        second: hostile(),
    }
}

fn hostile_axis() -> Axis {
    Axis {
        low: 0.0,
        high: 1.0,
        ticks: vec![(0.5, hostile())],
        title: hostile(),
    }
}

fn hostile_curve() -> Curve {
    let band = Some((0.2, 0.4));
    let points = [0.0, 1.0].map(|x| Point { x, y: 0.3, band });
    Curve {
        id: "test",
        label: hostile(),
        size: Size::Half,
        x: hostile_axis(),
        y: hostile_axis(),
        series: vec![Series {
            name: hostile(),
            line: Line::Steps,
            points: points.into(),
        }],
        region: Some(Region {
            from: 0.1,
            to: 0.2,
            label: hostile(),
        }),
        diagonal: Some(hostile()),
        notes: vec![Note {
            x: 0.5,
            y: 0.5,
            label: hostile(),
            href: Some(hostile()),
        }],
        samples: vec![Sample {
            x: 0.5,
            readout: hostile(),
            href: Some(hostile()),
        }],
    }
}

fn hostile_bars() -> Bars {
    Bars {
        id: "bars",
        label: hostile(),
        size: Size::Half,
        value_title: hostile(),
        bars_title: hostile(),
        bars: vec![Bar {
            label: hostile(),
            sample: hostile(),
            value: -3,
            interval: Some((-4, -2)),
            text: hostile(),
            readout: hostile(),
            href: Some(hostile()),
            is_unfinished: true,
        }],
        tick: |_, _| hostile(),
        unit: 1,
    }
}

fn hostile_columns() -> ColumnChart {
    let part = || Part {
        class: "new",
        value: 2,
        title: hostile(),
        href: Some(hostile()),
    };
    ColumnChart {
        id: "columns",
        label: hostile(),
        columns: vec![Column {
            label: hostile(),
            readout: hostile(),
            is_running: true,
            above: vec![part()],
            below: vec![part()],
        }],
        tick: |_, _| hostile(),
        shown: 0,
        unit: 1,
    }
}

fn all(speech: &Speech) -> [(&'static str, String); 5] {
    let cells = hostile_cells();
    [
        ("heat map", heat_map(&cells).into_string()),
        ("heat table", heat_table(&cells, HOSTILE).into_string()),
        ("curve", curve(&hostile_curve()).into_string()),
        ("bars", bars(speech, &hostile_bars()).into_string()),
        ("columns", columns(speech, &hostile_columns()).into_string()),
    ]
}

#[test]
fn no_chart_holds_a_script_or_a_style_of_its_own_whatever_its_words_are() {
    for (name, drawn) in all(speech_for(&HeaderMap::new())) {
        assert!(drawn.contains("&lt;script&gt;"), "{name}: {drawn}");
        for tag in drawn.split('<').skip(1) {
            let tag = tag.split('>').next().expect("an end");
            let tag_name = tag.split([' ', '/']).find(|part| !part.is_empty());
            let known = [
                "a", "caption", "circle", "defs", "div", "g", "line", "path", "pattern", "rect",
                "small", "svg", "table", "tbody", "td", "text", "th", "thead", "title", "tr",
                "tspan",
            ];
            assert!(
                tag_name.is_some_and(|tag| known.contains(&tag)),
                "{name}: <{tag}>"
            );
            // What stands in quotes is text; between quotes there are only names.
            let names: String = tag.split('"').step_by(2).collect();
            assert!(!names.contains("style="), "{name}: <{tag}>");
            assert!(!names.contains(" on"), "{name}: <{tag}>");
        }
    }
}

#[test]
fn every_mark_takes_the_focus_says_its_values_and_leads_somewhere() {
    for (name, drawn) in all(speech_for(&HeaderMap::new())) {
        let marks: Vec<_> = drawn
            .split('<')
            .filter(|tag| tag.contains("class=\"mark"))
            .collect();
        assert_eq!(marks.is_empty(), name == "heat table", "{name}");
        for mark in marks {
            let takes_focus = mark.starts_with("a ") || mark.contains("tabindex=\"0\"");
            assert!(takes_focus, "{name}: <{mark}");
            assert!(mark.contains("aria-label="), "{name}: <{mark}");
        }
        assert!(drawn.contains("href="), "{name}");
    }
}

#[test]
fn the_style_sheet_and_the_script_know_what_charts_are_made_of() {
    let sheet = include_str!("../assets/fanous.css");
    for class in [
        "heat",
        "half",
        "mirrored",
        "tint",
        "t0",
        "t9",
        "none",
        "band",
        "line",
        "s1",
        "s2",
        "between",
        "diagonal",
        "region",
        "pin",
        "hair",
        "dot",
        "reach",
        "whisker",
        "readout",
        "axis-title",
        "row-bar",
        "unfinished",
    ] {
        assert!(sheet.contains(&format!(".{class}")), ".{class}");
    }
    let script = include_str!("../assets/fanous.js");
    for selector in ["[data-chart]", ".mark", ".row"] {
        assert!(script.contains(selector), "{selector}");
    }
}

#[test]
fn drawings_in_rows_leave_the_saying_to_the_figures_beside_them() {
    for drawn in [
        interval(0.4, 0.3, 0.5),
        row_bar(2.0, Some((1.0, 3.0)), (-1.0, 4.0)),
    ] {
        let drawn = drawn.into_string();
        assert!(drawn.contains("aria-hidden=\"true\""), "{drawn}");
        assert!(!drawn.contains("tabindex"), "{drawn}");
        assert!(!drawn.contains("style="), "{drawn}");
    }
}

#[test]
fn readouts_break_where_the_room_ends() {
    assert_eq!(lines_of("short", 440.0), ("short", ""));
    let long = "Day 90: 46 % of 4,338 came back (44–48 %), 1,022 of them are still in the window";
    let (first, second) = lines_of(long, 378.0);
    assert_eq!(format!("{first} {second}"), long);
    assert!(
        first.chars().count() <= 57 && !second.is_empty(),
        "{first}|{second}"
    );
    let unbroken = "ه".repeat(500);
    assert_eq!(lines_of(&unbroken, 378.0), (unbroken.as_str(), ""));
}

#[test]
fn labels_are_as_wide_as_their_signs() {
    let check = |label: &str, width: f64| {
        let got = width_of(label);
        assert!((got - width).abs() < 1e-9, "{label} is {got} wide");
    };
    check("", 0.0);
    check("2011", 4.0 * LETTER);
    check("2011年12月", 6.0 * LETTER + 2.0 * SQUARE);
    check("\u{61c}۴۶٪", 3.0 * LETTER);
    // Chinese has no spaces to break at.
    let (first, second) = lines_of("2011年11月：回購客1,228、新客323", 190.0);
    assert_eq!((first, second), ("2011年11月：回購客1,228、", "新客323"));
}
