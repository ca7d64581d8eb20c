use super::*;

fn point(x: f64, y: f64) -> Point {
    Point { x, y, band: None }
}

fn series(line: Line, points: Vec<Point>) -> Series {
    Series {
        name: String::new(),
        line,
        points,
    }
}

fn axis(low: f64, high: f64) -> Axis {
    Axis {
        low,
        high,
        ticks: vec![(low, "first".to_owned()), (high, "last".to_owned())],
        title: String::new(),
    }
}

/// 358 units for 358 days, and 210 units for the whole.
fn chart(series: Vec<Series>) -> Curve {
    Curve {
        id: "test",
        label: "Back again".to_owned(),
        size: Size::Half,
        x: axis(0.0, 358.0),
        y: axis(0.0, 1.0),
        series,
        region: None,
        diagonal: None,
        notes: Vec::new(),
        samples: Vec::new(),
    }
}

fn draw(chart: &Curve) -> String {
    let drawn = curve(chart).into_string();
    for never in ["NaN", "inf", "-0 "] {
        assert!(!drawn.contains(never), "{never} in {drawn}");
    }
    drawn
}

#[test]
fn a_value_holds_until_the_next_point() {
    let points = vec![point(0.0, 1.0), point(100.0, 0.5), point(300.0, 0.0)];
    let drawn = draw(&chart(vec![series(Line::Steps, points.clone())]));
    assert!(drawn.contains(r#"d="M0 40H100V145H300V250""#), "{drawn}");
    let drawn = draw(&chart(vec![series(Line::Straight, points)]));
    assert!(drawn.contains(r#"d="M0 40L100 145L300 250""#), "{drawn}");
}

#[test]
fn a_band_goes_along_its_upper_end_and_comes_back_along_its_lower_one() {
    let points = [(0.0, 1.0, 1.0), (100.0, 0.4, 0.6)].map(|(x, low, high)| Point {
        x,
        y: 0.5,
        band: Some((low, high)),
    });
    let drawn = draw(&chart(vec![series(Line::Steps, points.to_vec())]));
    assert!(
        drawn.contains(r#"class="band s0" d="M0 40H100V124L100 166V40H0Z""#),
        "{drawn}"
    );
}

#[test]
fn a_sample_shows_the_value_of_every_line_there() {
    let mut chart = chart(vec![
        series(Line::Steps, vec![point(0.0, 1.0), point(200.0, 0.0)]),
        series(Line::Straight, vec![point(0.0, 1.0), point(200.0, 0.0)]),
    ]);
    chart.samples = [100.0, 300.0, 900.0, f64::NAN]
        .map(|x| Sample {
            x,
            readout: format!("day {x}"),
            href: Some("/customers?day=100".to_owned()),
        })
        .into();
    let drawn = draw(&chart);
    assert!(
        drawn.contains(r#"class="dot s0" cx="100" cy="40""#),
        "{drawn}"
    );
    assert!(
        drawn.contains(r#"class="dot s1" cx="100" cy="145""#),
        "{drawn}"
    );
    assert_eq!(drawn.matches("class=\"dot").count(), 2, "no line at 300");
    assert_eq!(
        drawn.matches("<a class=\"mark sample\"").count(),
        2,
        "{drawn}"
    );
    // The first one answers for everything up to halfway to the second.
    assert!(
        drawn.contains(r#"<rect class="reach" x="0" y="40" width="200""#),
        "{drawn}"
    );
}

#[test]
fn long_lines_are_thinned_and_keep_their_extremes() {
    let points: Vec<_> = (0..100_000)
        .map(|place| {
            let y = if place == 55_555 { 1.0 } else { 0.5 };
            point(f64::from(place) * 0.003, y)
        })
        .collect();
    let drawn = draw(&chart(vec![series(Line::Straight, points)]));
    assert!(drawn.len() < 12_000, "{} bytes", drawn.len());
    assert!(drawn.contains(" 40L"), "the one high point is drawn");
}

#[test]
fn what_is_no_number_or_lies_outside_is_left_out() {
    let points = vec![
        point(f64::NAN, 0.5),
        point(10.0, f64::NAN),
        point(20.0, f64::INFINITY),
        point(-5.0, 0.5),
        point(900.0, 0.5),
        point(60.0, -7.0),
        Point {
            x: 30.0,
            y: 1e308,
            band: Some((f64::NAN, 1.0)),
        },
    ];
    let drawn = draw(&chart(vec![series(Line::Straight, points)]));
    assert!(
        drawn.contains(r#"class="line s0" d="M30 40L60 250""#),
        "{drawn}"
    );
    assert!(!drawn.contains("band"), "{drawn}");
    let mut hostile = chart(vec![series(Line::Steps, vec![point(1.0, 1.0)])]);
    hostile.x = axis(f64::NAN, f64::INFINITY);
    hostile.y = axis(5.0, 5.0);
    hostile.region = Some(Region {
        from: f64::NAN,
        to: f64::NEG_INFINITY,
        label: String::new(),
    });
    draw(&hostile);
}

#[test]
fn nothing_and_one_point_are_no_accident() {
    assert!(draw(&chart(Vec::new())).contains("<svg"));
    let mut one = chart(vec![series(Line::Steps, vec![point(0.0, 1.0)])]);
    one.diagonal = Some("equal shares".to_owned());
    assert!(draw(&one).contains(r#"d="M0 40""#));
}

#[test]
fn names_at_the_ends_stand_apart() {
    let lines = ["web", "branch", "both"].map(|name| Series {
        name: name.to_owned(),
        line: Line::Steps,
        points: vec![point(0.0, 1.0), point(300.0, 0.0)],
    });
    let drawn = draw(&chart(lines.into()));
    for (place, y) in [(0, 222), (1, 236), (2, 250)] {
        let name = format!("class=\"name s{place}\"");
        let found = drawn.find(&name).expect("a name");
        assert!(
            drawn[found..].starts_with(&format!("{name} x=\"336.4\" y=\"{y}\"")),
            "{drawn}"
        );
    }
    assert!(
        drawn.contains("line s2"),
        "each has its own dashes: {drawn}"
    );
}

#[test]
fn shares_are_tinted_against_equal_shares() {
    let points = vec![point(0.0, 0.0), point(286.4, 0.25), point(358.0, 1.0)];
    let mut chart = chart(vec![series(Line::Straight, points)]);
    chart.diagonal = Some("equal shares".to_owned());
    chart.notes.push(Note {
        x: 286.4,
        y: 0.25,
        label: "the best fifth brings 75 %".to_owned(),
        href: Some("/customers".to_owned()),
    });
    let drawn = draw(&chart);
    assert!(
        drawn.contains(r#"class="between" d="M0 250L286.4 197.5L358 40""#),
        "{drawn}"
    );
    assert!(drawn.contains(r#"<line class="diagonal" x1="0" y1="250" x2="358" y2="40""#));
    assert!(
        drawn.contains(r#"<text class="end" x="276.4" y="191.5">the best fifth"#),
        "{drawn}"
    );
}
