//! How long it takes until the second order and the second visit: two curves with their bands.

use app::insight::{CurvePoint, RetentionPeriod, ShareBy, TimeTo};
use maud::{Markup, html};

use super::{BUYERS_FOR_A_SHARE, Scene};
use crate::charts::{Axis, Curve, Line, Note, Point, Region, Sample, Series, Size, curve};
use crate::format::decimals_for;
use crate::i18n::Words;
use crate::pages::parts::{count, door, ends, number, twin};

/// The longest time that is drawn.
const DAYS_MAX: u32 = 365;
/// Days that are written on the axis.
const TICKS: [u32; 7] = [0, 30, 60, 90, 180, 270, 365];
/// Days between two values that are read out, and between two rows of the table.
const SAMPLE_DAYS: usize = 7;
const ROW_DAYS: usize = 30;
/// The share of the second visit that is told.
const VISIT_DAYS: u32 = 30;

/// One curve with the words about it.
struct Told<'a> {
    id: &'static str,
    time: &'a TimeTo,
    title: String,
    /// The key of the method.
    how: &'static str,
    /// What is counted from.
    axis: &'static str,
    region: Option<Region>,
    note: Option<Note>,
    /// Whom it is about, when it is not about all.
    of: Option<String>,
}

impl Scene<'_> {
    /// The time to the second order, with the window and the day that ends it.
    pub(super) fn second_order(&self) -> Markup {
        let speech = self.speech;
        if let Some(chosen) = self.chosen() {
            return self.second_order_of(chosen);
        }
        let Some(time) = &self.retention.second_order else {
            return html! {};
        };
        let told = Told {
            id: "second-order",
            time,
            title: self.order_title(time),
            how: "retention-orders-how",
            axis: "retention-orders-axis",
            region: self.late_day().map(|rarely| Region {
                from: 0.0,
                to: f64::from(rarely.days),
                label: speech.say("retention-window"),
            }),
            note: self.late_note(time),
            of: None,
        };
        self.curve_section(&told)
    }

    /// The same of the buyers of the chosen months. The day after which few return is one of all
    /// buyers, so it is not drawn.
    fn second_order_of(&self, chosen: &RetentionPeriod) -> Markup {
        let Some(time) = &chosen.second_order else {
            return html! {
                section aria-labelledby="second-order" {
                    h2 #second-order { (self.speech.say("retention-cohorts-none")) }
                }
            };
        };
        self.curve_section(&Told {
            id: "second-order",
            time,
            title: self.order_title(time),
            how: "retention-orders-how",
            axis: "retention-orders-axis",
            region: None,
            note: None,
            of: self.chosen_words(),
        })
    }

    fn late_note(&self, time: &TimeTo) -> Option<Note> {
        let rarely = self.late_day()?;
        let words = Words::new()
            .count("late", i64::from(rarely.days))
            .count("low", i64::from(rarely.low_days))
            .count("high", i64::from(rarely.high_days?));
        let about = self.retention.about_to_cross.as_ref();
        Some(Note {
            x: f64::from(rarely.days),
            y: at(time, rarely.days).share,
            label: self.speech.say_with("retention-late-pin", words),
            href: about.map(|about| door(&about.predicate)),
        })
    }

    /// The median where its interval is closed, else the share by the last day that is told.
    fn order_title(&self, time: &TimeTo) -> String {
        let keys = [
            "retention-orders-title-few",
            "retention-orders-title-median",
            "retention-orders-title-share",
        ];
        self.time_title(time, keys)
    }

    fn time_title(&self, time: &TimeTo, [few, median, share]: [&str; 3]) -> String {
        let speech = self.speech;
        let last = time
            .shares
            .last()
            .filter(|_| time.people >= BUYERS_FOR_A_SHARE);
        let Some(last) = last else {
            return speech.say(few);
        };
        match (time.median_days, time.median_interval_days) {
            (Some(days), (Some(_), Some(_))) => {
                speech.say_with(median, Words::new().count("days", i64::from(days)))
            }
            _ => speech.say_with(share, self.share_words(last)),
        }
    }

    fn share_words(&self, by: &ShareBy) -> Words<'static> {
        let speech = self.speech;
        let decimals = decimals_for(by.low, by.high);
        Words::new()
            .count("days", i64::from(by.days))
            .text("share", speech.percent(by.share, decimals))
            .text("low", speech.percent_number(by.low, decimals))
            .text("high", speech.percent(by.high, decimals))
    }

    /// The time to the second visit.
    pub(super) fn second_visit(&self) -> Markup {
        let Some(time) = &self.retention.second_visit else {
            return html! {};
        };
        let by = time.shares.iter().find(|by| by.days == VISIT_DAYS);
        let keys = [
            "retention-visits-title-few",
            "retention-visits-title-median",
            "retention-visits-title-share",
        ];
        let told = Told {
            id: "second-visit",
            time,
            title: self.time_title(time, keys),
            how: "retention-visits-how",
            axis: "retention-visits-axis",
            region: None,
            note: by.map(|by| Note {
                x: f64::from(by.days),
                y: by.share,
                label: self
                    .speech
                    .say_with("retention-visits-pin", self.share_words(by)),
                href: None,
            }),
            of: None,
        };
        self.curve_section(&told)
    }

    fn curve_section(&self, told: &Told<'_>) -> Markup {
        let speech = self.speech;
        let how = Words::new()
            .count("people", count(told.time.people))
            .text("period", self.period_from(told.time.first_day));
        html! {
            section aria-labelledby=(told.id) {
                h2 id=(told.id) { (told.title) }
                p.how {
                    @if let Some(of) = &told.of { (of) (speech.gap()) }
                    (speech.say_with(told.how, how))
                }
                figure { (curve(&self.drawn(told))) }
                (twin(speech, &self.table(told)))
            }
        }
    }

    fn drawn(&self, told: &Told<'_>) -> Curve {
        let speech = self.speech;
        let last = last_day(told.time);
        let ticks = TICKS.into_iter().filter(|day| *day <= last);
        let share_ticks = [0.0, 0.25, 0.5, 0.75, 1.0];
        Curve {
            id: told.id,
            label: told.title.clone(),
            size: Size::Half,
            x: Axis {
                low: 0.0,
                high: f64::from(last),
                ticks: ticks
                    .map(|day| (f64::from(day), speech.number(i64::from(day))))
                    .collect(),
                title: speech.say(told.axis),
            },
            y: Axis {
                low: 0.0,
                high: 1.0,
                ticks: share_ticks
                    .map(|share| (share, speech.percent(share, 0)))
                    .to_vec(),
                title: speech.say("retention-back-axis"),
            },
            series: vec![Series {
                name: String::new(),
                line: Line::Steps,
                points: points(told.time),
            }],
            region: told.region.as_ref().map(|region| Region {
                from: region.from,
                to: region.to,
                label: region.label.clone(),
            }),
            diagonal: None,
            notes: told
                .note
                .as_ref()
                .map(|note| Note {
                    x: note.x,
                    y: note.y,
                    label: note.label.clone(),
                    href: note.href.clone(),
                })
                .into_iter()
                .collect(),
            samples: self.samples(told.time, last),
        }
    }

    fn samples(&self, time: &TimeTo, last: u32) -> Vec<Sample> {
        let days = (0..=last).step_by(SAMPLE_DAYS);
        let samples = days.map(|day| {
            let point = at(time, day);
            let decimals = decimals_for(point.low, point.high);
            let words = Words::new()
                .count("day", i64::from(day))
                .text("share", self.speech.percent(point.share, decimals))
                .text("low", self.speech.percent_number(point.low, decimals))
                .text("high", self.speech.percent(point.high, decimals));
            Sample {
                x: f64::from(day),
                readout: self.speech.say_with("retention-time-readout", words),
                href: None,
            }
        });
        samples.collect()
    }

    fn table(&self, told: &Told<'_>) -> Markup {
        let speech = self.speech;
        let days = (0..=last_day(told.time)).step_by(ROW_DAYS).skip(1);
        let [low, high] = ends(speech, &speech.say("retention-time-interval"));
        html! {
            table.narrow data-export=(told.id) {
                caption { (told.title) }
                thead {
                    tr {
                        th scope="col" { (speech.say(told.axis)) }
                        th.n scope="col" { (speech.say("retention-time-back")) }
                        th.n scope="col" data-value=(low) data-more=(high) {
                            (speech.say("retention-time-interval"))
                        }
                        th.n scope="col" { (speech.say("retention-time-waiting")) }
                    }
                }
                tbody {
                    @for day in days {
                        @let point = at(told.time, day);
                        @let decimals = decimals_for(point.low, point.high);
                        tr {
                            th scope="row" data-value=(day) { (speech.number(i64::from(day))) }
                            td.n data-value=(point.share) {
                                (speech.percent(point.share, decimals))
                            }
                            td.n data-value=(point.low) data-more=(point.high) {
                                (speech.span(
                                    &speech.percent_number(point.low, decimals),
                                    &speech.percent(point.high, decimals),
                                ))
                            }
                            td.n data-value=(point.at_risk) { (number(speech, point.at_risk)) }
                        }
                    }
                }
            }
        }
    }
}

/// The last day that is drawn: a year, or less when nobody was watched for so long.
fn last_day(time: &TimeTo) -> u32 {
    let watched = time.curve.last().map_or(0, |point| point.days);
    watched.clamp(1, DAYS_MAX)
}

/// The curve at a day: a value holds until the next point.
fn at(time: &TimeTo, day: u32) -> CurvePoint {
    let after = time.curve.partition_point(|point| point.days <= day);
    let before = after.checked_sub(1).map(|place| time.curve[place]);
    let at = before.unwrap_or(CurvePoint {
        days: 0,
        share: 0.0,
        low: 0.0,
        high: 0.0,
        at_risk: time.people,
    });
    // Who is waited for on a day without news is who was left after the last ones.
    let next = time
        .curve
        .get(after)
        .map_or(at.at_risk, |next| next.at_risk);
    let is_news = at.days == day;
    CurvePoint {
        at_risk: if is_news { at.at_risk } else { next },
        ..at
    }
}

fn points(time: &TimeTo) -> Vec<Point> {
    let start = (time.curve.first().map(|point| point.days) != Some(0)).then_some(Point {
        x: 0.0,
        y: 0.0,
        band: Some((0.0, 0.0)),
    });
    let drawn = time.curve.iter().map(|point| Point {
        x: f64::from(point.days),
        y: point.share,
        band: Some((point.low, point.high)),
    });
    start.into_iter().chain(drawn).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_holds_until_the_next_point() {
        let point = |days, share, at_risk| CurvePoint {
            days,
            share,
            low: share,
            high: share,
            at_risk,
        };
        let time = TimeTo {
            first_day: 0,
            people: 10,
            returned: 3,
            median_days: None,
            median_interval_days: (None, None),
            shares: Vec::new(),
            curve: vec![point(5, 0.1, 10), point(20, 0.3, 8)],
        };
        let told = |day| (at(&time, day).share, at(&time, day).at_risk);
        assert_eq!(told(0), (0.0, 10));
        assert_eq!(told(5), (0.1, 10));
        assert_eq!(told(19), (0.1, 8));
        assert_eq!(told(30), (0.3, 8));
        assert_eq!(last_day(&time), 20);
    }
}
