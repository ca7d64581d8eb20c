//! Audit: who did or saw what, when, from where; and whether the list is whole.

use app::trust::{AuditFilter, AuditVerified, AuditView};
use axum::response::Response;
use domain::time::Millis;
use domain::trust::{Action, Outcome, Permission, Subject};
use maud::{Markup, html};
use serde::Deserialize;

use crate::asked::{Asked, encoded};
use crate::asking::Asking;
use crate::errors::Refusal;
use crate::gate::{Gate, Routes};
use crate::i18n::Words;
use crate::layout::{Frame, Place};

const ROWS: u32 = 100;

pub(super) fn routes() -> Routes {
    let gate = Gate::Needs(Permission::SeeAudit);
    Routes::default()
        .get("/audit", gate, audit)
        .post("/audit/verify", gate, verify)
}

/// Which rows, as the address says it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct AuditAsked {
    /// What somebody did: `usr_…`, `key_…`, `system` or `nobody`.
    actor: String,
    /// What was done to or seen of somebody or something: `cus_…`, `usr_…`, `segment/…`.
    subject: String,
    cursor: String,
}

impl AuditAsked {
    fn filter(&self) -> AuditFilter {
        if !self.subject.is_empty() {
            AuditFilter::Subject(self.subject.clone())
        } else if !self.actor.is_empty() {
            AuditFilter::Actor(self.actor.clone())
        } else {
            AuditFilter::All
        }
    }

    fn place(&self) -> Result<Option<(Millis, i64, i64)>, Refusal> {
        if self.cursor.is_empty() {
            return Ok(None);
        }
        let wrong = || Refusal::Unreadable("this cursor is not one that a page gave".to_owned());
        let numbers: Vec<i64> = self
            .cursor
            .split('~')
            .map(|part| part.parse().map_err(|_| wrong()))
            .collect::<Result<_, _>>()?;
        match numbers[..] {
            [at, stripe, n] => Ok(Some((Millis(at), stripe, n))),
            _ => Err(wrong()),
        }
    }

    fn next(&self, last: &AuditView) -> String {
        let (at, stripe, n) = last.place();
        format!(
            "/audit?actor={}&subject={}&cursor={}~{stripe}~{n}",
            encoded(&self.actor),
            encoded(&self.subject),
            at.0
        )
    }
}

async fn audit(asking: Asking, Asked(asked): Asked<AuditAsked>) -> Result<Response, Refusal> {
    show(&asking, &asked, None).await
}

async fn verify(asking: Asking) -> Result<Response, Refusal> {
    let verified = asking.ask(|acting| {
        acting.change(Action::AuditVerified, &Subject::Shop, |app| {
            app.audit_flush()?;
            app.audit_verify()
        })
    });
    let verified = verified.await?;
    show(&asking, &AuditAsked::default(), Some(&verified)).await
}

async fn show(
    asking: &Asking,
    asked: &AuditAsked,
    verified: Option<&AuditVerified>,
) -> Result<Response, Refusal> {
    let (filter, place) = (asked.filter(), asked.place()?);
    let rows = asking.ask(move |acting| {
        acting.look(Action::AuditSeen, &Subject::Shop, |app| {
            app.audit_page(&filter, place, ROWS)
        })
    });
    let rows = rows.await?;
    let speech = asking.speech;
    let in_force = asking.shared.app.in_force();
    let title = speech.say("common-audit");
    let frame = Frame {
        speech,
        shop: asking.shop(&in_force.settings),
        place: Place::Audit,
        title: &title,
        twin: None,
        notice: None,
    };
    Ok(frame.page(html! {
        h1 { (speech.say("audit-headline")) }
        p.lead { (speech.say("audit-lead")) }
        @if let Some(verified) = verified { (verdict(asking, verified)) }
        (forms(asking, asked))
        @if rows.is_empty() {
            p.lead { (speech.say("audit-none")) }
        } @else {
            (table(asking, &rows))
        }
        nav.pages aria-label=(speech.say("customers-pages")) {
            @if let Some(last) = rows.last().filter(|_| rows.len() == ROWS as usize) {
                a.button rel="next" href=(asked.next(last)) { (speech.say("common-next")) }
            }
        }
    }))
}

/// Whether the chains are whole, and what is wrong when they are not.
fn verdict(asking: &Asking, verified: &AuditVerified) -> Markup {
    let speech = asking.speech;
    let rows = Words::new().count("rows", i64::try_from(verified.rows).unwrap_or(i64::MAX));
    let is_whole = verified.findings.is_empty();
    let key = if is_whole {
        "audit-whole"
    } else {
        "audit-broken"
    };
    html! {
        div.notice.refusal[!is_whole] role="status" {
            p { (speech.say_with(key, rows)) }
            @for finding in &verified.findings { p { bdi dir="ltr" { (finding) } } }
        }
    }
}

fn forms(asking: &Asking, asked: &AuditAsked) -> Markup {
    let speech = asking.speech;
    html! {
        form.filters method="get" action="/audit" {
            label {
                span { (speech.say("audit-actor")) }
                input name="actor" value=(asked.actor) maxlength="100" dir="ltr";
            }
            label {
                span { (speech.say("audit-subject")) }
                input name="subject" value=(asked.subject) maxlength="300" dir="ltr";
            }
            button { (speech.say("audit-filter")) }
        }
        form method="post" action="/audit/verify" {
            button { (speech.say("audit-verify")) }
        }
    }
}

fn table(asking: &Asking, rows: &[AuditView]) -> Markup {
    let speech = asking.speech;
    html! {
        div.wide {
            table {
                caption.heard { (speech.say("common-audit")) }
                thead {
                    tr {
                        th.date scope="col" { (speech.say("audit-when")) }
                        th scope="col" { (speech.say("audit-what")) }
                        th scope="col" { (speech.say("audit-actor")) }
                        th scope="col" { (speech.say("audit-subject")) }
                        th scope="col" { (speech.say("account-network")) }
                    }
                }
                tbody { @for row in rows { (self::row(asking, row)) } }
            }
        }
    }
}

fn row(asking: &Asking, row: &AuditView) -> Markup {
    let speech = asking.speech;
    let in_force = asking.shared.app.in_force();
    let action: Option<Action> = row.action.parse().ok();
    let what = action.map_or_else(
        || row.action.clone(),
        |action| speech.say(&action_key(action)),
    );
    let is_refused = row.outcome == Outcome::Refused.word();
    html! {
        tr {
            td.date { (speech.moment(row.at, &in_force.settings.zone)) }
            td.word {
                (what)
                @if is_refused { small.mark { (speech.say("audit-refused")) } }
            }
            td { (only("actor", &row.actor)) }
            td { (only("subject", &row.subject)) }
            td { bdi dir="ltr" { (row.origin) } }
        }
    }
}

fn action_key(action: Action) -> String {
    format!("action-{}", action.word().replace('_', "-"))
}

/// Every key that is made of an action.
#[cfg(test)]
pub(crate) fn action_keys() -> Vec<String> {
    Action::ALL.iter().copied().map(action_key).collect()
}

/// An id that leads to the rows with it.
fn only(which: &str, id: &str) -> Markup {
    html! { a href={ "/audit?" (which) "=" (encoded(id)) } { code dir="ltr" { (id) } } }
}
