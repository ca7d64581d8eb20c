//! The groups side by side, measure by measure: how often they buy, what they are worth, what
//! they care for, and how they come to buy.

use app::insight::{ChannelGroup, Liking};
use domain::customers::Stage;
use maud::{Markup, html};

use super::{Scene, kind_key};
use crate::format::{decimals_for, decimals_of};
use crate::i18n::Words;
use crate::pages::customer::stage_key;
use crate::pages::parts::{cell, count, door, number};

/// What is not known is not told.
const UNKNOWN: &str = "–";

/// A row of the table: what is measured, and how it is shown of a group.
type Measure<'a> = (String, Box<dyn Fn(&ChannelGroup) -> Markup + 'a>);

impl Scene<'_> {
    pub(super) fn groups(&self) -> Markup {
        let speech = self.speech;
        let words = Words::new()
            .count("buyers", count(self.channels.buyers))
            .text("currency", speech.unit(self.currency))
            .text("period", self.period.as_str());
        html! {
            section aria-labelledby="groups" {
                h2 #groups { (speech.say("channels-groups-title")) }
                p.how { (speech.say_with("channels-groups-how", words)) }
                (self.table(
                    "groups",
                    ["channels-groups-caption", "channels-measure"],
                    &self.measures(),
                ))
            }
            section aria-labelledby="process" {
                h2 #process { (self.process_title()) }
                p.how { (speech.say("channels-process-how")) }
                (self.table(
                    "process",
                    ["channels-process-caption", "experience-touchpoint"],
                    &self.process(),
                ))
            }
        }
    }

    fn table(&self, name: &str, [caption, head]: [&str; 2], measures: &[Measure<'_>]) -> Markup {
        let (speech, groups) = (self.speech, &self.channels.groups);
        html! {
            div.wide tabindex="0" {
                table data-export=(name) {
                    caption.heard { (speech.say(caption)) }
                    thead {
                        tr {
                            th scope="col" { (speech.say(head)) }
                            @for group in groups {
                                th.n scope="col" {
                                    a href=(door(&group.predicate)) {
                                        (speech.say(kind_key(group.kind)))
                                    }
                                }
                            }
                        }
                    }
                    tbody {
                        @for (name, shown) in measures {
                            tr {
                                th scope="row" { (name) }
                                @for group in groups { (shown(group)) }
                            }
                        }
                    }
                }
            }
        }
    }

    fn measures(&self) -> Vec<Measure<'_>> {
        let speech = self.speech;
        let money = |minor: i64| {
            let shown = html! { (speech.money_rounded(minor, self.currency)) };
            cell(self.currency.raw(minor), shown)
        };
        let each = |sum: i64, customers: u64| sum / count(customers.max(1));
        let measure = |key: &str, shown: Box<dyn Fn(&ChannelGroup) -> Markup>| -> Measure<'_> {
            (speech.say(key), shown)
        };
        let mut measures: Vec<Measure<'_>> = vec![
            (speech.say("channels-buyers"), Box::new(|it| self.size(it))),
            measure(
                "channels-orders-each",
                Box::new(move |it| {
                    let orders = it.orders as f64 / it.customers.max(1) as f64;
                    cell(orders, html! { (speech.decimal(orders, 1)) })
                }),
            ),
            (
                speech.say("channels-orders-a-year"),
                Box::new(|it| self.yearly(it)),
            ),
            (
                speech.say("channels-net-each"),
                Box::new(move |it| money(each(it.net, it.customers))),
            ),
            (
                speech.say("channels-average-order"),
                Box::new(move |it| money(it.average_order)),
            ),
        ];
        let has_margin = self.channels.groups.iter().any(|it| it.margin.is_some());
        if has_margin {
            measures.push((
                speech.say("channels-margin-each"),
                Box::new(move |it| match it.margin {
                    Some(margin) => money(each(margin, it.margin_customers)),
                    None => unknown(),
                }),
            ));
        }
        measures.push((
            speech.say("channels-repeat"),
            Box::new(|it| self.repeat(it)),
        ));
        measures.push((
            speech.say("channels-likings"),
            Box::new(|it| likings(self, it)),
        ));
        measures
    }

    fn size(&self, group: &ChannelGroup) -> Markup {
        let speech = self.speech;
        let share = speech.percent(group.share, decimals_of(self.channels.buyers));
        html! {
            td.n data-value=(group.customers) {
                a href=(door(&group.predicate)) { (number(speech, group.customers)) }
                small { (share) }
            }
        }
    }

    fn yearly(&self, group: &ChannelGroup) -> Markup {
        let speech = self.speech;
        let words = Words::new().count("sample", count(group.yearly_customers));
        match group.orders_a_year {
            Some(orders) => html! {
                td.n data-value=(orders) {
                    (speech.decimal(orders, 1))
                    small { (speech.say_with("channels-sample", words)) }
                }
            },
            None => unknown(),
        }
    }

    /// Who buys at several outlets has ordered twice, which says nothing of coming back.
    fn repeat(&self, group: &ChannelGroup) -> Markup {
        let speech = self.speech;
        let (low, high) = group.repeat_interval;
        let share = group.repeat as f64 / group.customers.max(1) as f64;
        let decimals = decimals_for(low, high);
        html! {
            td.n data-value=(share) {
                (speech.percent(share, decimals))
                small {
                    (speech.span(
                        &speech.percent_number(low, decimals),
                        &speech.percent_number(high, decimals),
                    ))
                }
            }
        }
    }

    /// From the first visit to the first order, and who was ever at each stage.
    fn process(&self) -> Vec<Measure<'_>> {
        let speech = self.speech;
        let mut measures: Vec<Measure<'_>> = vec![(
            speech.say("channels-median-days"),
            Box::new(|it| self.median_days(it)),
        )];
        for (place, stage) in Stage::ALL.into_iter().enumerate() {
            let is_told = self.channels.groups.iter().any(|it| it.passed[place] > 0);
            if stage == Stage::Ordered || !is_told {
                continue;
            }
            measures.push((
                speech.say(stage_key(stage)),
                Box::new(move |it| {
                    let share = it.passed[place] as f64 / it.customers.max(1) as f64;
                    cell(
                        share,
                        html! { (speech.percent(share, decimals_of(it.customers))) },
                    )
                }),
            ));
        }
        measures
    }

    fn median_days(&self, group: &ChannelGroup) -> Markup {
        let speech = self.speech;
        let words = Words::new().count("sample", count(group.median_customers));
        match group.median_days {
            Some(days) => html! {
                td.n data-value=(days) {
                    (number(speech, days.into()))
                    small { (speech.say_with("channels-sample", words)) }
                }
            },
            None => unknown(),
        }
    }

    fn process_title(&self) -> String {
        let speech = self.speech;
        let groups = self.channels.groups.iter();
        let told = groups.filter(|it| it.median_customers >= super::CUSTOMERS_FOR_A_TITLE);
        let most = told.max_by_key(|it| it.median_customers);
        match most.and_then(|it| Some((it.kind, it.median_days?))) {
            Some((kind, days)) => {
                let words = Words::new()
                    .text("group", speech.say(kind_key(kind)))
                    .count("days", days.into());
                speech.say_with("channels-process-title", words)
            }
            None => speech.say("channels-process-title-none"),
        }
    }
}

fn unknown() -> Markup {
    html! { td.n data-value="" { (UNKNOWN) } }
}

/// The categories that most care for; a door to those of the group who do.
fn likings(scene: &Scene<'_>, group: &ChannelGroup) -> Markup {
    let of = |liking: &Liking| {
        let share = liking.customers as f64 / group.customers.max(1) as f64;
        // A word with a quote in it cannot be asked for so.
        let is_plain = !liking.category.contains(['"', '\\']);
        let asked = format!(
            "({}) && \"{}\" in interests",
            group.predicate, liking.category
        );
        html! {
            span.liking {
                @if is_plain {
                    a href=(door(&asked)) { bdi { (liking.category) } }
                } @else {
                    bdi { (liking.category) }
                }
                " " (scene.speech.percent(share, 0))
            }
        }
    };
    let plain: Vec<&str> = group
        .likings
        .iter()
        .map(|it| it.category.as_str())
        .collect();
    html! {
        td.n data-value=(plain.join(", ")) {
            @if group.likings.is_empty() { (UNKNOWN) }
            @for liking in &group.likings { (of(liking)) }
        }
    }
}
