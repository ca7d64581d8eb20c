//! The overview's two charts by month, each with its sentence and its table.

use app::insight::OverviewMonth;
use domain::insight::MonthRange;
use domain::time::{Calendar, Month};
use maud::{Markup, html};

use super::Scene;
use crate::charts::{Column, ColumnChart, Part, columns};
use crate::i18n::{Speech, Words};
use crate::pages::amount;
use crate::pages::parts::{cell, count, door};

impl Scene<'_> {
    /// Who came, stayed, came back and went.
    pub(super) fn flows(&self) -> Markup {
        let speech = self.speech;
        let buyers = match self.chosen() {
            Some(chosen) => count(chosen.flow.ordered),
            None => self.overview.repeat.map_or(0, |repeat| repeat.buyers),
        };
        let how = Words::new()
            .count("lapse", i64::from(self.overview.lapse_months))
            .count("buyers", buyers)
            .text("period", self.period_shown());
        let chart = ColumnChart {
            id: "flows",
            label: speech.say("overview-flow-label"),
            columns: self
                .months()
                .iter()
                .map(|month| self.flow_column(month))
                .collect(),
            tick: Speech::number,
            shown: self.newest_over(),
            unit: 1,
        };
        html! {
            section aria-labelledby="flows" {
                h2 #flows { (self.flow_title()) }
                p.how {
                    (speech.say_with("overview-flow-how", how))
                    @if self.has_running() {
                        (speech.gap()) (speech.say("overview-flow-how-running"))
                    }
                }
                figure {
                    (legend(&[
                        ("returning", speech.say("overview-returning")),
                        ("new", speech.say("overview-new")),
                        ("won-back", speech.say("overview-won-back")),
                        ("lapsed", speech.say("overview-lapsed")),
                    ]))
                    (columns(speech, &chart))
                }
                (self.flow_table())
            }
        }
    }

    /// The newest month that is over; the newest at all when none is.
    fn newest_over(&self) -> usize {
        let months = self.months();
        let over = months.iter().rposition(|month| !month.running);
        over.unwrap_or(months.len().saturating_sub(1))
    }

    fn has_running(&self) -> bool {
        self.months().iter().any(|month| month.running)
    }

    /// What the newest month that is over says.
    fn flow_title(&self) -> String {
        let mut newest_first = self.months().iter().rev();
        let Some(month) = newest_first.find(|month| !month.running) else {
            let running = self.months().last().map(|month| self.long_month(month));
            let words = Words::new().text("month", running.unwrap_or_default());
            return self.speech.say_with("overview-months-running", words);
        };
        let flow = month.flow;
        let change = count(flow.new + flow.won_back) - count(flow.lapsed);
        let begins = self.of.history.map(MonthRange::from);
        let age = month.month.parse().ok().zip(begins);
        let age = age.map_or(0, |(month, begins): (Month, Month)| month.0 - begins.0);
        let key = match change {
            _ if age < self.overview.lapse_months => "overview-flow-early",
            0 => "overview-flow-even",
            1.. => "overview-flow-grew",
            _ => "overview-flow-shrank",
        };
        let words = Words::new()
            .text("month", self.long_month(month))
            .count("change", change.abs())
            .count("new", count(flow.new))
            .count("back", count(flow.won_back))
            .count("lapsed", count(flow.lapsed));
        self.speech.say_with(key, words)
    }

    fn long_month(&self, month: &OverviewMonth) -> String {
        self.speech
            .month(&month.month, self.settings.calendar, false)
    }

    fn short_month(&self, month: &OverviewMonth) -> String {
        self.speech
            .month(&month.month, self.settings.calendar, true)
    }

    fn flow_column(&self, month: &OverviewMonth) -> Column {
        let flow = month.flow;
        let name = self.long_month(month);
        let readout = Words::new()
            .text("month", name.as_str())
            .count("returning", count(flow.returning))
            .count("new", count(flow.new))
            .count("back", count(flow.won_back))
            .count("lapsed", count(flow.lapsed));
        let part = |class, key: &str, value: u64, href: Option<String>| Part {
            class,
            value: count(value),
            title: self.speech.say_with(
                key,
                Words::new()
                    .text("month", name.as_str())
                    .count("count", count(value))
                    .count("away", count(month.still_away)),
            ),
            href,
        };
        let new = self.first_ordered_in(&month.month);
        let lapsed = self.still_away(month);
        Column {
            label: self.short_month(month),
            readout: self.speech.say_with("overview-readout-flow", readout),
            is_running: month.running,
            above: vec![
                part("returning", "overview-part-returning", flow.returning, None),
                part("new", "overview-part-new", flow.new, new),
                part("won-back", "overview-part-won-back", flow.won_back, None),
            ],
            below: vec![part("lapsed", "overview-part-lapsed", flow.lapsed, lapsed)],
        }
    }

    /// Who ordered for the first time in a month.
    fn first_ordered_in(&self, month: &str) -> Option<String> {
        let within = within("first_order", self.settings.calendar, month.parse().ok()?);
        Some(format!("{}&sort=first_ordered", door(&within)))
    }

    /// Who lapsed in a month and has not come back last ordered so many months before it.
    fn still_away(&self, month: &OverviewMonth) -> Option<String> {
        let lapsed: Month = month.month.parse().ok()?;
        let lapse = Month(lapsed.0 - self.overview.lapse_months);
        let within = within("last_order", self.settings.calendar, lapse);
        let is_anybody = month.still_away > 0;
        is_anybody.then(|| format!("{}&sort=last_ordered", door(&within)))
    }

    fn flow_table(&self) -> Markup {
        let speech = self.speech;
        let number = |value: u64| cell(value, html! { (speech.number(count(value))) });
        let heads = [
            "overview-active",
            "overview-returning",
            "overview-new",
            "overview-won-back",
            "overview-lapsed",
            "overview-still-away",
        ];
        html! {
            details {
                summary { (speech.say("overview-table-flow")) }
                div.wide tabindex="0" {
                    table data-export="flows" {
                        caption { (speech.say("overview-caption-flow")) }
                        thead {
                            tr {
                                th scope="col" { (speech.say("overview-month")) }
                                @for head in heads { th.n scope="col" { (speech.say(head)) } }
                            }
                        }
                        tbody {
                            @for month in self.months() {
                                tr {
                                    (self.month_head(month))
                                    (number(month.flow.active()))
                                    (number(month.flow.returning))
                                    td.n data-value=(month.flow.new) {
                                        a href=[self.first_ordered_in(&month.month)] {
                                            (speech.number(count(month.flow.new)))
                                        }
                                    }
                                    (number(month.flow.won_back))
                                    (number(month.flow.lapsed))
                                    td.n data-value=(month.still_away) {
                                        a href=[self.still_away(month)] {
                                            (speech.number(count(month.still_away)))
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    fn month_head(&self, month: &OverviewMonth) -> Markup {
        html! {
            th scope="row" data-value=(month.month) {
                (self.long_month(month))
                @if month.running { " " small.inline { (self.speech.say("overview-running")) } }
            }
        }
    }

    /// Gross, refunds and net, apart.
    pub(super) fn money(&self) -> Markup {
        let speech = self.speech;
        let code = speech.unit(self.currency);
        let totals = self.totals();
        let how = Words::new()
            .text("currency", code)
            .count("orders", totals.orders)
            .text("period", self.period_shown());
        let chart = ColumnChart {
            id: "money",
            label: speech.say("overview-money-label"),
            columns: self
                .months()
                .iter()
                .map(|month| self.money_column(month))
                .collect(),
            tick: Speech::number_short,
            shown: self.newest_over(),
            unit: self.currency.unit(),
        };
        html! {
            section aria-labelledby="money" {
                h2 #money { (self.money_title()) }
                p.how {
                    (speech.say_with("overview-money-how", how))
                    @if self.has_running() {
                        (speech.gap()) (speech.say("overview-flow-how-running"))
                    }
                }
                figure {
                    (legend(&[
                        ("net", speech.say("overview-legend-net")),
                        ("refunds", speech.say("overview-legend-refunds")),
                    ]))
                    (columns(speech, &chart))
                }
                (self.money_table())
            }
        }
    }

    fn money_title(&self) -> String {
        let totals = self.totals();
        let share = totals.refunds as f64 / totals.gross.max(1) as f64;
        let words = Words::new()
            .text("currency", self.speech.unit(self.currency))
            .text(
                "gross",
                self.speech.money_rounded(totals.gross, self.currency),
            )
            .text("net", self.speech.money_rounded(totals.net, self.currency))
            .text("share", self.speech.percent(share, 1));
        let key = match totals.refunds {
            0 => "overview-money-title-none",
            _ => "overview-money-title",
        };
        self.speech.say_with(key, words)
    }

    fn money_column(&self, month: &OverviewMonth) -> Column {
        let name = self.long_month(month);
        let figures = &month.figures;
        let shown = |minor: i64| self.speech.money(minor, self.currency);
        let readout = Words::new()
            .text("month", name.as_str())
            .text("net", shown(figures.net))
            .text("refunds", shown(figures.refunds))
            .text("gross", shown(figures.gross));
        let part = |class, key: &str, value: i64, minor: i64| Part {
            class,
            value,
            title: self.speech.say_with(
                key,
                Words::new()
                    .text("month", name.as_str())
                    .text("amount", shown(minor)),
            ),
            href: None,
        };
        let net = figures.net;
        // A month may give back more than it sold.
        let refunds_above = figures.gross.min(figures.refunds).max(0);
        Column {
            label: self.short_month(month),
            readout: self.speech.say_with("overview-readout-money", readout),
            is_running: month.running,
            above: vec![
                part("net", "overview-part-net", net.max(0), net),
                part(
                    "refunds",
                    "overview-part-refunds",
                    refunds_above,
                    figures.refunds,
                ),
            ],
            below: vec![part("net", "overview-part-net", (-net).max(0), net)],
        }
    }

    fn money_table(&self) -> Markup {
        let speech = self.speech;
        let heads = [
            "overview-orders",
            "overview-column-gross",
            "overview-column-refunds",
            "overview-column-net",
            "overview-column-product",
        ];
        let total = match self.chosen() {
            Some(_) => "overview-total-chosen",
            None => "overview-total",
        };
        let money = |minor: i64| {
            let shown = amount(&speech.amount(minor, self.currency));
            cell(self.currency.raw(minor), shown)
        };
        let caption = Words::new().text("currency", speech.unit(self.currency));
        let cells = |figures: &app::insight::MonthFigures| {
            html! {
                (cell(figures.orders, html! { (speech.number(figures.orders)) }))
                (money(figures.gross)) (money(figures.refunds))
                (money(figures.net)) (money(figures.product))
            }
        };
        html! {
            details {
                summary { (speech.say("overview-table-flow")) }
                div.wide tabindex="0" {
                    table data-export="money" {
                        caption { (speech.say_with("overview-caption-money", caption)) }
                        thead {
                            tr {
                                th scope="col" { (speech.say("overview-month")) }
                                @for head in heads { th.n scope="col" { (speech.say(head)) } }
                            }
                        }
                        tbody {
                            @for month in self.months() {
                                tr { (self.month_head(month)) (cells(&month.figures)) }
                            }
                        }
                        tfoot {
                            tr {
                                th scope="row" { (speech.say(total)) }
                                (cells(self.totals()))
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The question whether a day lies in a month of the shop's calendar.
fn within(attribute: &str, calendar: Calendar, month: Month) -> String {
    let start = |month: Month| {
        let (year, month, day) = Calendar::Gregorian.date(calendar.month_start(month));
        format!("date(\"{year:04}-{month:02}-{day:02}\")")
    };
    let (from, until) = (start(month), start(Month(month.0 + 1)));
    format!("{attribute} >= {from} && {attribute} < {until}")
}

/// What the colours mean, in words beside them and in the order of the stack.
pub(in crate::pages) fn legend(entries: &[(&str, String)]) -> Markup {
    html! {
        ul.legend aria-hidden="true" {
            @for (class, words) in entries {
                li {
                    svg viewBox="0 0 12 12" {
                        rect class={ "part " (class) } width="12" height="12" {}
                    }
                    (words)
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_those_of_the_shops_calendar() {
        let check = |month: &str, calendar, expected: &str| {
            let month = month.parse().expect("a month");
            assert_eq!(within("last_order", calendar, month), expected);
        };
        check(
            "2011-12",
            Calendar::Gregorian,
            "last_order >= date(\"2011-12-01\") && last_order < date(\"2012-01-01\")",
        );
        check(
            "1390-01",
            Calendar::Jalali,
            "last_order >= date(\"2011-03-21\") && last_order < date(\"2011-04-21\")",
        );
    }
}
