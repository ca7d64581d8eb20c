//! Every kind of chart, with a sample that never changes.

use maud::{Markup, html};

use super::Scene;
use crate::charts::{
    Axis, Bar, Bars, Cell, Column, ColumnChart, Curve, HeatMap, HeatRow, Line, Note, Part, Point,
    Region, Runs, Sample, Series, Size, bars, columns, curve, heat_map, heat_table,
};
use crate::i18n::Speech;
use crate::pages::overview::legend;
use crate::pages::parts::twin;

/// Returning, new, won back and lapsed buyers of some months; the last month is not over.
const FLOWS: [[i64; 4]; 6] = [
    [520, 370, 40, 160],
    [560, 290, 55, 170],
    [610, 330, 60, 150],
    [640, 360, 75, 180],
    [700, 420, 80, 140],
    [240, 110, 20, 30],
];
/// Means with their intervals, in minor units.
const MEANS: [[i64; 3]; 4] = [
    [41_200, 39_000, 43_400],
    [12_600, 11_000, 14_300],
    [-2_300, -5_200, 700],
    [9_800, 6_900, 12_800],
];
/// Shares of cohorts, each with a month less than the one before.
const SHARES: [&[f64]; 4] = [
    &[0.37, 0.33, 0.38, 0.36],
    &[0.24, 0.23, 0.28],
    &[0.19, 0.25],
    &[0.21],
];
/// Days, and the share that came back by then.
const BACK: [(f64, f64); 7] = [
    (0.0, 0.0),
    (15.0, 0.14),
    (30.0, 0.25),
    (60.0, 0.38),
    (90.0, 0.46),
    (180.0, 0.6),
    (270.0, 0.66),
];

impl Scene<'_> {
    pub(super) fn charts(&self) -> Markup {
        let speech = self.speech;
        let cells = self.cells(Runs::Time);
        let legends = [
            ("returning", speech.say("overview-returning")),
            ("new", speech.say("overview-new")),
            ("won-back", speech.say("overview-won-back")),
            ("lapsed", speech.say("overview-lapsed")),
        ];
        let flows = html! { (legend(&legends)) (columns(speech, &self.flows())) };
        let table = heat_table(&cells, &speech.say("design-heat"));
        html! {
            (self.drawn("columns", "design-columns", &flows))
            (self.drawn("bars", "design-bars", &bars(speech, &self.means())))
            (self.drawn("curve", "design-curve", &curve(&self.back())))
            (self.drawn("heat", "design-heat", &heat_map(&cells)))
            (twin(speech, &table))
        }
    }

    fn drawn(&self, id: &str, key: &str, chart: &Markup) -> Markup {
        self.part(id, key, &html! { figure { (chart) } })
    }

    fn month(&self, place: usize) -> String {
        let month = format!("2011-{:02}", place + 5);
        self.speech.month(&month, self.calendar, true)
    }

    fn flows(&self) -> ColumnChart {
        let speech = self.speech;
        let part = |class, key: &str, value: i64| Part {
            class,
            value,
            title: self.reading(&speech.say(key), &speech.number(value)),
            href: (class == "new").then(|| "/design".to_owned()),
        };
        let column = |(place, flow): (usize, &[i64; 4])| Column {
            label: self.month(place),
            readout: self.reading(&self.month(place), &speech.number(flow[0] + flow[1])),
            is_running: place + 1 == FLOWS.len(),
            above: vec![
                part("returning", "overview-returning", flow[0]),
                part("new", "overview-new", flow[1]),
                part("won-back", "overview-won-back", flow[2]),
            ],
            below: vec![part("lapsed", "overview-lapsed", flow[3])],
        };
        ColumnChart {
            id: "columns",
            label: speech.say("design-columns"),
            columns: FLOWS.iter().enumerate().map(column).collect(),
            tick: Speech::number,
            shown: FLOWS.len() - 2,
            unit: 1,
        }
    }

    fn means(&self) -> Bars {
        let speech = self.speech;
        let bar = |(place, [mean, low, high]): (usize, &[i64; 3])| Bar {
            label: speech.number(place as i64 + 1),
            sample: speech.number(900 - place as i64 * 200),
            value: *mean,
            interval: Some((*low, *high)),
            text: speech.money_rounded(*mean, self.tender),
            readout: self.reading(
                &speech.number(place as i64 + 1),
                &speech.money_rounded(*mean, self.tender),
            ),
            href: None,
            is_unfinished: place + 1 == MEANS.len(),
        };
        Bars {
            id: "bars",
            label: speech.say("design-bars"),
            size: Size::Wide,
            value_title: speech.unit(self.tender),
            bars_title: speech.say("value-ages-x"),
            bars: MEANS.iter().enumerate().map(bar).collect(),
            tick: Speech::number_short,
            unit: self.tender.unit(),
        }
    }

    fn back(&self) -> Curve {
        let speech = self.speech;
        let line = |by: f64, band: bool| {
            let points = BACK.iter().map(|(x, y)| Point {
                x: *x,
                y: y * by,
                band: band.then_some((y * by - 0.03, y * by + 0.03)),
            });
            points.collect::<Vec<_>>()
        };
        let series = |key: &str, line: Line, points| Series {
            name: speech.say(key),
            line,
            points,
        };
        let days = |day: f64| speech.number(day as i64);
        Curve {
            id: "curve",
            label: speech.say("design-curve"),
            size: Size::Wide,
            x: Axis {
                low: 0.0,
                high: 270.0,
                ticks: BACK.iter().map(|(day, _)| (*day, days(*day))).collect(),
                title: speech.say("retention-orders-axis"),
            },
            y: Axis {
                low: 0.0,
                high: 1.0,
                ticks: [0.0, 0.5, 1.0]
                    .map(|it| (it, speech.percent(it, 0)))
                    .to_vec(),
                title: speech.say("retention-back-axis"),
            },
            series: vec![
                series("standing-new", Line::Steps, line(1.0, true)),
                series("standing-returning", Line::Straight, line(1.3, false)),
                series("standing-lapsed", Line::Straight, line(0.4, false)),
            ],
            region: Some(Region {
                from: 0.0,
                to: 90.0,
                label: speech.say("retention-window"),
            }),
            diagonal: None,
            notes: vec![Note {
                x: 90.0,
                y: 0.46,
                label: self.reading(&days(90.0), &speech.percent(0.46, 0)),
                href: None,
            }],
            samples: BACK
                .iter()
                .map(|(day, share)| Sample {
                    x: *day,
                    readout: self.reading(&days(*day), &speech.percent(*share, 0)),
                    href: None,
                })
                .collect(),
        }
    }

    fn cells(&self, runs: Runs) -> HeatMap {
        let speech = self.speech;
        let row = |(place, shares): (usize, &&[f64])| HeatRow {
            label: self.month(place),
            value: Some(format!("2011-{:02}", place + 5)),
            size: speech.number(400 - 50 * place as i64),
            size_value: 400 - 50 * place as u64,
            cells: shares
                .iter()
                .enumerate()
                .map(|(later, share)| {
                    Some(Cell {
                        tint: share / 0.4,
                        value: share.to_string(),
                        text: speech.percent(*share, 0),
                        note: String::new(),
                        readout: self.reading(&self.month(place), &speech.percent(*share, 0)),
                        href: None,
                        is_unfinished: later + 1 == shares.len(),
                    })
                })
                .collect(),
        };
        HeatMap {
            id: "heat",
            label: speech.say("design-heat"),
            size: Size::Wide,
            runs,
            rows_title: speech.say("retention-cohorts-rows"),
            columns_title: speech.say("retention-cohorts-columns"),
            size_title: speech.say("retention-cohorts-size"),
            columns: (1..=4).map(|month| speech.number(month)).collect(),
            rows: SHARES.iter().enumerate().map(row).collect(),
            unfinished: speech.say("retention-cohorts-open"),
            second: String::new(),
        }
    }
}
