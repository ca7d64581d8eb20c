//! The figures of the chosen months, each with its change against the months compared with.

use app::insight::{Compared, ComparedWith, MonthFigures, OverviewPeriod, Pair};
use domain::insight::MonthRange;
use maud::{Markup, html};

use super::Scene;
use crate::i18n::Words;
use crate::pages::amount;
use crate::pages::parts::{count, door, period};
use crate::pages::range::months_in_words;

/// From so many on a change is told as a share of what was before.
const BASE_FOR_A_SHARE: i64 = 100;
/// A share from ten times on says less than the number itself.
const SHARE_MAX: f64 = 9.99;

/// A figure with all that is said under it.
struct Figure {
    name: String,
    value: Markup,
    notes: Vec<Markup>,
}

impl Scene<'_> {
    /// What of the page is of all customers, whatever months are chosen.
    pub(super) fn base_note(&self) -> Markup {
        let day = self.overview.period.map(|(_, newest)| newest);
        let day = day.map(|at| self.speech.day(at, &self.settings.zone));
        let words = Words::new().text("day", day.unwrap_or_default());
        html! { p.how { (self.speech.say_with("overview-base", words)) } }
    }

    /// The section of the chosen months.
    pub(super) fn chosen_months(&self, chosen: &OverviewPeriod) -> Markup {
        let words = Words::new()
            .text("months", self.months_in_words(chosen.range))
            .count("ordered", count(chosen.flow.ordered));
        html! {
            section aria-labelledby="months" {
                h2 #months { (self.speech.say_with("overview-months-title", words)) }
                p.how { (self.months_how(chosen)) }
                (figures(&self.customer_figures(chosen)))
                (figures(&self.money_figures(chosen)))
            }
        }
    }

    fn months_in_words(&self, range: MonthRange) -> String {
        months_in_words(self.speech, self.settings, range)
    }

    fn days_in_words(&self, (from, to): (i32, i32)) -> String {
        period(self.speech, self.settings, from, to)
    }

    /// From which day to which, what still runs, and what is compared with.
    fn months_how(&self, chosen: &OverviewPeriod) -> String {
        let speech = self.speech;
        let words = Words::new().text("period", self.days_in_words(chosen.days));
        let mut said = vec![speech.say_with("overview-months-how", words)];
        if chosen.is_running {
            let last = MonthRange::one(chosen.range.to());
            let words = Words::new().text("month", self.months_in_words(last));
            said.push(speech.say_with("overview-months-running", words));
        }
        match &chosen.compared {
            None => {}
            Some(Compared::Outside { range, begins, .. }) => {
                let words = Words::new()
                    .text("months", self.months_in_words(*range))
                    .text("day", self.day_of(*begins));
                said.push(speech.say_with("overview-compared-outside", words));
            }
            Some(Compared::With(with)) => {
                let words = Words::new().text("period", self.days_in_words(with.days));
                let key = match chosen.is_running {
                    true => "overview-compared-days",
                    false => "overview-compared",
                };
                said.push(speech.say_with(key, words));
            }
        }
        said.join(&speech.gap())
    }

    fn day_of(&self, day: i32) -> String {
        let start = self.settings.zone.day_start(domain::time::Day(day));
        self.speech.day(start.0, &self.settings.zone)
    }

    fn customer_figures(&self, chosen: &OverviewPeriod) -> Vec<Figure> {
        let speech = self.speech;
        let (flow, doors) = (&chosen.flow, &chosen.doors);
        let with = with(chosen);
        let number = |of: u64| speech.number(count(of));
        let pair = |of: fn(&ComparedWith) -> Pair| {
            let pair = with.map(of);
            pair.map(|pair| self.pair(pair, chosen.is_running))
        };
        let new = with.map(|with| match with.new {
            Some(before) => self.change(count(flow.new), count(before), |it| speech.number(it)),
            None => speech.say("overview-change-new-early"),
        });
        let away = Words::new().count("away", count(flow.still_away));
        let away = html! {
            a href=(format!("{}&sort=last_ordered", door(&doors.still_away))) {
                (speech.say_with("overview-months-away", away))
            }
        };
        let is_away_apart = doors.lapsed.is_none() && flow.still_away > 0;
        let lapsed = is_away_apart.then_some(away).into_iter();
        vec![
            Figure {
                name: speech.say("overview-months-ordered"),
                value: linked(
                    doors.ordered.as_deref(),
                    "",
                    html! { (number(flow.ordered)) },
                ),
                notes: notes(pair(|with| with.ordered)),
            },
            Figure {
                name: speech.say("overview-new"),
                value: linked(
                    Some(&doors.new),
                    "&sort=first_ordered",
                    html! { (number(flow.new)) },
                ),
                notes: notes(new),
            },
            Figure {
                name: speech.say("overview-won-back"),
                value: html! { (number(flow.won_back)) },
                notes: notes(pair(|with| with.won_back)),
            },
            Figure {
                name: speech.say("overview-lapsed"),
                value: linked(
                    doors.lapsed.as_deref(),
                    "&sort=last_ordered",
                    html! { (number(flow.lapsed)) },
                ),
                notes: lapsed.chain(notes(pair(|with| with.lapsed))).collect(),
            },
        ]
    }

    fn money_figures(&self, chosen: &OverviewPeriod) -> Vec<Figure> {
        let speech = self.speech;
        let (figures, doors) = (&chosen.figures, &chosen.doors);
        let before = with(chosen).map(|with| &with.figures);
        let money = |key: &str, own: Option<&str>, of: fn(&MonthFigures) -> i64| {
            let words = Words::new().text("currency", speech.unit(self.currency));
            let value = html! { (amount(&speech.amount(of(figures), self.currency))) };
            Figure {
                name: speech.say_with(key, words),
                value: linked(own, "", value),
                notes: notes(before.map(|before| self.money_change(of(figures), of(before)))),
            }
        };
        let orders =
            before.map(|before| self.change(figures.orders, before.orders, |it| speech.number(it)));
        let mut refunds = money("overview-refunds", None, |it| it.refunds);
        refunds.notes.insert(0, self.refund_share(figures, before));
        vec![
            Figure {
                name: speech.say("overview-orders"),
                value: linked(
                    doors.ordered.as_deref(),
                    "",
                    html! { (speech.number(figures.orders)) },
                ),
                notes: notes(orders),
            },
            money("overview-gross", doors.gross.as_deref(), |it| it.gross),
            refunds,
            money("overview-net", None, |it| it.net),
            money("overview-product", None, |it| it.product),
        ]
    }

    /// Refunds as a part of gross, with the change in points.
    fn refund_share(&self, figures: &MonthFigures, before: Option<&MonthFigures>) -> Markup {
        let speech = self.speech;
        let share = |of: &MonthFigures| of.refunds as f64 / of.gross.max(1) as f64;
        let words = Words::new().text("share", speech.percent(share(figures), 1));
        let mut said = speech.say_with("overview-refunds-note", words);
        if let Some(before) = before.filter(|it| it.gross > 0 && figures.gross > 0) {
            // In tenths of a point, as they are shown, so that whoever looks can add them up.
            let tenths = |of: &MonthFigures| (share(of) * 1_000.0).round();
            let (now, was) = (tenths(figures), tenths(before));
            let words = Words::new()
                .text(
                    "points",
                    speech.percent_number((now - was).abs() / 1_000.0, 1),
                )
                .text("before", speech.percent(share(before), 1));
            let key = match now.total_cmp(&was) {
                std::cmp::Ordering::Greater => "overview-change-points-up",
                std::cmp::Ordering::Less => "overview-change-points-down",
                std::cmp::Ordering::Equal => "overview-change-same",
            };
            said = speech.say_with(
                "overview-refunds-change",
                Words::new()
                    .text("share", said)
                    .text("change", speech.say_with(key, words)),
            );
        }
        html! { (said) }
    }

    fn money_change(&self, now: i64, before: i64) -> String {
        let unit = self.currency.unit().max(1);
        let shown = |minor: i64| self.speech.money_rounded(minor, self.currency);
        let is_large = before / unit >= BASE_FOR_A_SHARE;
        self.change_in_words((now, before), is_large, shown)
    }

    fn change(&self, now: i64, before: i64, shown: impl Fn(i64) -> String) -> String {
        self.change_in_words((now, before), before >= BASE_FOR_A_SHARE, shown)
    }

    /// The difference with its sign, and what it is measured from. Of a large base it is a share,
    /// of a small one the number itself.
    fn change_in_words(
        &self,
        (now, before): (i64, i64),
        is_large: bool,
        shown: impl Fn(i64) -> String,
    ) -> String {
        let difference = now.saturating_sub(before).saturating_abs();
        let share = difference as f64 / before.max(1) as f64;
        let is_share = is_large && (0.005..SHARE_MAX).contains(&share);
        let size = match is_share {
            true => self.speech.percent(share, 0),
            false => shown(difference),
        };
        let key = match now.cmp(&before) {
            std::cmp::Ordering::Greater => "overview-change-up",
            std::cmp::Ordering::Less => "overview-change-down",
            std::cmp::Ordering::Equal => "overview-change-same",
        };
        let words = Words::new()
            .text("change", size)
            .text("before", shown(before));
        self.speech.say_with(key, words)
    }

    /// Customers now and before; where a month runs, both without it.
    fn pair(&self, pair: Pair, is_running: bool) -> String {
        let speech = self.speech;
        let (now, before) = match pair {
            Pair::Of { now, before } => (count(now), count(before)),
            Pair::Running => return speech.say("overview-change-running"),
            Pair::TooEarly => return speech.say("overview-change-early"),
        };
        let change = self.change(now, before, |it| speech.number(it));
        if !is_running {
            return change;
        }
        let words = Words::new().count("now", now).text("change", change);
        speech.say_with("overview-change-over", words)
    }
}

fn with(chosen: &OverviewPeriod) -> Option<&ComparedWith> {
    match &chosen.compared {
        Some(Compared::With(with)) => Some(with),
        _ => None,
    }
}

/// A value that leads to who it is made of, where a predicate says that.
fn linked(predicate: Option<&str>, sorted: &str, value: Markup) -> Markup {
    match predicate {
        Some(predicate) => html! { a href=(format!("{}{sorted}", door(predicate))) { (value) } },
        None => value,
    }
}

fn notes(said: Option<String>) -> Vec<Markup> {
    said.map(|said| html! { (said) }).into_iter().collect()
}

fn figures(all: &[Figure]) -> Markup {
    html! {
        dl.figures {
            @for figure in all {
                div {
                    dt { (figure.name) }
                    dd {
                        (figure.value)
                        @for note in &figure.notes { small { (note) } }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::settings::ShopSettings;

    use super::*;
    use crate::pages::overview::tests::{overview_of, scene};

    #[test]
    fn a_change_is_told_with_its_sign_and_its_base() {
        let (of, settings) = (overview_of(0, 0, (0.0, 0.0)), ShopSettings::default());
        let scene = scene(&settings, &of);
        let check = |now: i64, before: i64, said: &str| {
            let told = scene.change(now, before, |it| scene.speech.number(it));
            assert_eq!(told.replace('\u{a0}', " "), said);
        };
        check(1_348, 1_204, "+12 %, up from 1,204");
        check(1_108, 1_204, "−8 %, down from 1,204");
        check(1_204, 1_204, "the same as before: 1,204");
        // Too little for a share, or too much of one.
        check(5, 2, "+3, up from 2");
        check(0, 99, "−99, down from 99");
        check(12, 0, "+12, up from 0");
        check(10_001, 10_000, "+1, up from 10,000");
        check(5_000, 200, "+4,800, up from 200");
        check(i64::MAX, -5, "+9,223,372,036,854,775,807, up from −5");
        let money = |now: i64, before: i64| scene.money_change(now, before);
        assert_eq!(
            money(22_400, 20_000).replace('\u{a0}', " "),
            "+12 %, up from 200"
        );
        assert_eq!(money(-500, 700), "−12, down from 7");
    }

    #[test]
    fn what_cannot_be_compared_is_said_to_be_so() {
        let (of, settings) = (overview_of(0, 0, (0.0, 0.0)), ShopSettings::default());
        let scene = scene(&settings, &of);
        let check = |pair: Pair, is_running: bool, said: &str| {
            let told = scene.pair(pair, is_running);
            assert_eq!(told.replace('\u{a0}', " "), said);
        };
        let both = Pair::Of {
            now: 150,
            before: 100,
        };
        check(both, false, "+50 %, up from 100");
        check(
            both,
            true,
            "150 without the running month: +50 %, up from 100",
        );
        check(
            Pair::Running,
            true,
            "not compared: the month is still running",
        );
        check(
            Pair::TooEarly,
            false,
            "not compared: nobody can have lapsed so early in the history",
        );
    }

    #[test]
    fn a_share_of_refunds_changes_by_points() {
        let (of, settings) = (overview_of(0, 0, (0.0, 0.0)), ShopSettings::default());
        let scene = scene(&settings, &of);
        let figures = |refunds: i64| MonthFigures {
            gross: 100_000,
            refunds,
            ..MonthFigures::default()
        };
        let check = |now: i64, before: i64, said: &str| {
            let told = scene.refund_share(&figures(now), Some(&figures(before)));
            assert_eq!(told.into_string().replace('\u{a0}', " "), said);
        };
        check(
            27_100,
            24_000,
            "27.1 % of gross: +3.1 points, up from 24.0 %",
        );
        check(
            20_000,
            24_000,
            "20.0 % of gross: −4.0 points, down from 24.0 %",
        );
        check(7_040, 6_660, "7.0 % of gross: +0.3 points, up from 6.7 %");
        check(7_040, 7_010, "7.0 % of gross: the same as before: 7.0 %");
    }
}
