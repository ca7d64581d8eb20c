//! One customer: who is this, what are we to them, what should we do?

mod aside;
mod disclosed;
mod known;
mod permissions;

pub(super) use known::{purpose_key, stage_key};

use std::collections::BTreeMap;

use app::customers::{CustomerPage, Mask, Timeline, TimelineKind};
use app::{App, AppError};
use axum::response::Response;
use domain::customers::Metrics;
use domain::events::{Behaviour, Line};
use domain::ids::StreamId;
use domain::settings::ShopSettings;
use domain::trust::{Action, Permission, Subject};
use maud::{Markup, html};
use serde::Deserialize;

use super::forms::Outcome;
use super::{amount, standing_key, timeline};
use crate::asked::{Asked, Path};
use crate::asking::Asking;
use crate::errors::Refusal;
use crate::i18n::{Speech, Words};
use crate::layout::{Frame, Place};

/// Rows of the timeline on a page.
const TIMELINE_ROWS: u32 = 40;

/// Which page of the timeline.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct TimelineAsked {
    cursor: String,
    /// Which part of it, as [`TimelineKind::word`].
    show: String,
}

impl TimelineAsked {
    fn kind(&self) -> TimelineKind {
        let mut all = TimelineKind::ALL.into_iter();
        all.find(|kind| kind.word() == self.show)
            .unwrap_or_default()
    }
}

/// What the page is made of.
pub(super) struct Scene<'a> {
    pub(super) speech: &'static Speech,
    pub(super) settings: &'a ShopSettings,
    pub(super) page: &'a CustomerPage,
    pub(super) metrics: &'a Metrics,
    pub(super) timeline: &'a Timeline,
    /// What products are called, by their codes.
    pub(super) titles: &'a BTreeMap<String, String>,
    /// Whether the timeline begins with the newest entry.
    pub(super) is_newest: bool,
    /// Which part of the timeline is shown.
    pub(super) kind: TimelineKind,
    /// What the reader may do here.
    pub(super) may: Rights,
    /// The id of a request that the adjustment form makes.
    pub(super) form_id: String,
}

pub(super) async fn customer(
    asking: Asking,
    Path(named): Path<String>,
    Asked(asked): Asked<TimelineAsked>,
    Asked(outcome): Asked<Outcome>,
) -> Result<Response, Refusal> {
    let speech = asking.speech;
    let (is_newest, kind) = (asked.cursor.is_empty(), asked.kind());
    let ((page, timeline), titles) = asking
        .ask(move |acting| {
            let root = acting.customer_named(&named)?;
            acting.show(Action::CustomerSeen, &Subject::Customer(root), |app| {
                read(app, root, &asked)
            })
        })
        .await?;
    let in_force = asking.shared.app.in_force();
    let scene = Scene {
        speech,
        settings: &in_force.settings,
        metrics: &page.metrics,
        page: &page,
        timeline: &timeline,
        titles: &titles.0,
        is_newest,
        kind,
        form_id: asking.shared.form_id(),
        may: Rights::of(&asking),
    };
    let frame = Frame {
        speech,
        shop: asking.shop(&in_force.settings),
        place: Place::Customers,
        title: &page.label,
        twin: Some(format!("/v1/customers/{}", page.customer)),
        notice: outcome.notice(),
    };
    Ok(frame.page(scene.content()))
}

/// What a reader of the page may do with the customer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rights {
    pub(super) change: bool,
    pub(super) rights: bool,
}

impl Rights {
    fn of(asking: &Asking) -> Self {
        Self {
            change: asking.may(Permission::ChangeCustomers),
            rights: asking.may(Permission::PersonRights),
        }
    }
}

/// What products are called, by their codes; nothing of it is about anybody.
struct Titles(BTreeMap<String, String>);

impl Mask for Titles {
    fn masked(self) -> Self {
        self
    }
}

type Parts = ((CustomerPage, Timeline), Titles);

fn read(app: &App, root: StreamId, asked: &TimelineAsked) -> Result<Parts, AppError> {
    let page = app.customer_page(root)?;
    let cursor = (!asked.cursor.is_empty()).then_some(asked.cursor.as_str());
    let timeline = app.timeline(root, asked.kind(), cursor, TIMELINE_ROWS)?;
    let mut codes: Vec<String> = timeline
        .events
        .iter()
        .flat_map(|event| match &event.behaviour {
            Behaviour::Ordered(order) | Behaviour::OrderUpdated(order) => products(&order.lines),
            Behaviour::Refunded(refund) => products(&refund.lines),
            Behaviour::ProductViewed(view) => vec![view.product.clone()],
            Behaviour::ProductAdded(added) => vec![added.product.clone()],
            Behaviour::Reviewed(review) => review.product.iter().cloned().collect(),
            _ => Vec::new(),
        })
        .collect();
    codes.sort_unstable();
    codes.dedup();
    let titles = app.product_titles(&codes)?;
    Ok(((page, timeline), Titles(titles)))
}

fn products(lines: &[Line]) -> Vec<String> {
    lines.iter().map(|line| line.product.clone()).collect()
}

impl Scene<'_> {
    fn content(&self) -> Markup {
        html! {
            div.person {
                h1 { bdi { (self.page.label) } }
                (self.standing())
            }
            p.lead { (self.summary()) }
            (self.figures())
            div.beside {
                section aria-labelledby="timeline" { (timeline::timeline(self)) }
                div.facts {
                    (self.identities())
                    (self.wallet())
                    (self.behaviour())
                    (self.merges())
                    @if self.may.rights {
                        (self.disclosures())
                        (self.person())
                    }
                }
            }
        }
    }

    fn standing(&self) -> Markup {
        html! {
            span.standing { (self.speech.say(standing_key(self.page.standing))) }
        }
    }

    fn summary(&self) -> String {
        let day = |at: Option<domain::time::Millis>| {
            at.map(|at| self.speech.day(at.0, &self.settings.zone))
                .unwrap_or_default()
        };
        let since = Words::new()
            .count("orders", self.metrics.orders)
            .text("first", day(self.metrics.first_ordered_at))
            .text("last", day(self.metrics.last_ordered_at));
        let since = self.speech.say_with("customer-since", since);
        match self.page.days_since_last_order {
            Some(days) => {
                let days = Words::new().count("days", days);
                let days = self.speech.say_with("customer-days", days);
                format!("{since}{}{days}", self.speech.gap())
            }
            None => since,
        }
    }

    fn figures(&self) -> Markup {
        let speech = self.speech;
        let money = |minor: i64| amount(&speech.amount(minor, self.settings));
        let days = Words::new().count("days", self.metrics.order_days);
        let currency = Words::new().text("currency", speech.unit(self.settings));
        let metrics = &self.metrics;
        let rows = [
            (
                "customer-gross",
                money(metrics.gross),
                speech.say("customer-gross-note"),
            ),
            ("customer-refunds", money(metrics.refunds), String::new()),
            (
                "customer-net",
                money(metrics.net),
                speech.say("customer-net-note"),
            ),
            (
                "customer-product",
                money(metrics.product),
                speech.say("customer-product-note"),
            ),
        ];
        html! {
            dl.figures aria-label=(speech.say_with("customer-money", currency)) {
                div {
                    dt { (speech.say("customer-orders")) }
                    dd {
                        (speech.number(metrics.orders))
                        @if metrics.orders > 0 {
                            small { (speech.say_with("customer-orders-note", days)) }
                        }
                    }
                }
                @for (key, value, note) in rows {
                    div {
                        dt {
                            (speech.say(key)) " "
                            small.inline { (speech.unit(self.settings)) }
                        }
                        dd { (value) small { (note) } }
                    }
                }
            }
        }
    }
}
