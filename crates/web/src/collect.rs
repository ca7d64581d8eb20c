//! The collector: events from trackers, in the form that all of them speak.
//!
//! Authenticate, limit, parse, record, acknowledge: an answer of 200 says that every event that was
//! not refused by name is in the log. What a tracker sends is read by a function that the program
//! passes in, because the wire format is a connector's and this floor knows HTTP alone.

mod browser_sdk;
pub(crate) mod context;
mod debugger;
mod pace;
mod posted;

use std::collections::BTreeMap;

use app::events::{Caller, Collected, DropReason, Verdict};
use app::settings::KeyKind;
use app::trust::KeyHolder;
use app::{AppError, StoreError};
use axum::Json;
use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use domain::customers::Identity;
use domain::events::{Sender, Told, ToldBatch};
use serde::{Deserialize, Serialize};

use crate::asked::Asked;
use crate::errors::Refusal;
use crate::gate::{Gate, Routes, address_of};
use crate::shared::Shared;
pub(crate) use context::context;
pub(crate) use debugger::{Count, Debugger, Seen, Sent, Source, Wanted};
pub(crate) use pace::Pace;
use posted::{Posted, is_packed, key_in, kind_of};

/// The largest body, on the wire and unpacked: what trackers know from other collectors.
const BODY_BYTES_MAX: usize = 500_000;
/// Where trackers send to, without the slash that some put at the end. Browsers shorten types to
/// their first letter; `b` is a batch on its way out of a page.
const PATHS: [&str; 14] = [
    "/v1/batch",
    "/v1/b",
    "/v1/identify",
    "/v1/i",
    "/v1/track",
    "/v1/t",
    "/v1/page",
    "/v1/p",
    "/v1/screen",
    "/v1/s",
    "/v1/group",
    "/v1/g",
    "/v1/alias",
    "/v1/a",
];
const PATHS_WITH_SLASH: [&str; 14] = [
    "/v1/batch/",
    "/v1/b/",
    "/v1/identify/",
    "/v1/i/",
    "/v1/track/",
    "/v1/t/",
    "/v1/page/",
    "/v1/p/",
    "/v1/screen/",
    "/v1/s/",
    "/v1/group/",
    "/v1/g/",
    "/v1/alias/",
    "/v1/a/",
];
/// Figures about itself that a library sends; nobody asked for them.
const IGNORED: [&str; 2] = ["/v1/m", "/v1/m/"];

/// Events in, what is true of their sender out; its gate stands with the API, which describes it.
const CONTEXT: &str = "/v1/context";

/// Reads a body: of one event of the type that the address names, or of a batch. The error is a
/// sentence about a body in which no events can be found.
pub type ReadMessages = fn(&[u8], Option<&str>, &Sender) -> Result<ToldBatch, String>;

pub(crate) fn routes() -> Routes {
    let paths = PATHS.into_iter().chain(PATHS_WITH_SLASH);
    let routes = paths.fold(Routes::default(), |routes, path| {
        routes.post(path, Gate::Sends, collect)
    });
    let routes = routes.get(browser_sdk::PATH, Gate::Anybody, browser_sdk::settings);
    IGNORED.into_iter().fold(routes, |routes, path| {
        routes.post(path, Gate::Anybody, async || Json(Answer::default()))
    })
}

fn is_ours(path: &str) -> bool {
    let path = path.strip_suffix('/').unwrap_or(path);
    let is_told = PATHS.contains(&path) || IGNORED.contains(&path);
    is_told || path == CONTEXT || browser_sdk::is_ours(path)
}

/// Lets pages of other sites send events: that is what a tracker is for. Nothing is read back
/// that the sender did not send.
pub(crate) async fn cross_origin(request: Request, next: Next) -> Response {
    if !is_ours(request.uri().path()) {
        return next.run(request).await;
    }
    let origin = request.headers().get(header::ORIGIN).cloned();
    let mut response = match *request.method() {
        Method::OPTIONS => StatusCode::NO_CONTENT.into_response(),
        _ => next.run(request).await,
    };
    let headers = response.headers_mut();
    let anybody = HeaderValue::from_static("*");
    let allowed = [
        (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, OPTIONS"),
        (
            header::ACCESS_CONTROL_ALLOW_HEADERS,
            "authorization, content-type, content-encoding, x-write-key, x-retry-count",
        ),
        (header::ACCESS_CONTROL_MAX_AGE, "86400"),
        (
            header::ACCESS_CONTROL_EXPOSE_HEADERS,
            "retry-after, x-ratelimit-reset",
        ),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "cross-origin",
        ),
    ];
    for (name, value) in allowed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    // Beside what else the answer depends on, such as its packing.
    headers.append(header::VARY, HeaderValue::from_static("origin"));
    let origin = origin.unwrap_or(anybody);
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    response
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct CollectAsked {
    verbose: String,
}

/// What the sender is answered: success, and with `verbose=1` a verdict on each event.
#[derive(Debug, Serialize)]
struct Answer {
    success: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    accepted: Option<usize>,
    /// Events that were here before.
    #[serde(skip_serializing_if = "Option::is_none")]
    duplicates: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rejected: Option<Vec<Rejected>>,
}

impl Default for Answer {
    fn default() -> Self {
        Self {
            success: true,
            accepted: None,
            duplicates: None,
            rejected: None,
        }
    }
}

/// An event that can never be taken, and why.
#[derive(Debug, Clone, Serialize)]
struct Rejected {
    /// Its sender has done nothing wrong: it may not be kept, and was counted.
    #[serde(skip)]
    is_counted: bool,
    /// Which one of the body, from 0.
    index: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_id: Option<String>,
    code: &'static str,
    message: String,
}

async fn collect(
    State(shared): State<Shared>,
    Asked(asked): Asked<CollectAsked>,
    request: Request,
) -> Result<Response, Refusal> {
    let read = shared.options.read_messages.ok_or(Refusal::NotFound)?;
    let kind = kind_of(request.uri().path());
    let caller = caller_of(&shared, &request);
    let posted = posted(request, (kind, read)).await;
    let posted = posted.map_err(|refusal| Sent::default().refused(&shared, refusal))?;
    let (holder, recorded) = record(&shared, posted, caller).await.map_err(later)?;
    shared.debugger.note(Some(holder.id), &recorded.seen);
    if kind.is_some()
        && let Some(rejected) = recorded.rejected.iter().find(|it| !it.is_counted)
    {
        return Err(Refusal::Event {
            code: rejected.code,
            sentence: rejected.message.clone(),
        });
    }
    Ok(Json(recorded.answer(&asked.verbose)).into_response())
}

/// A body, once all of it is there.
async fn posted(
    request: Request,
    (kind, read): (Option<&'static str>, ReadMessages),
) -> Result<Posted, Refusal> {
    let (mut parts, body) = request.into_parts();
    let bytes = to_bytes(body, BODY_BYTES_MAX).await;
    Ok(Posted {
        bytes: bytes.map_err(|_| Refusal::TooLarge)?,
        is_packed: is_packed(&parts.headers),
        key: key_in(&parts.headers)?,
        kind,
        load: parts.extensions.remove(),
        read,
    })
}

/// What is known of the sender before a key is read.
fn caller_of(shared: &Shared, request: &Request) -> Caller {
    let says = |name: &str| request.headers().get(name).is_some_and(|it| it == "1");
    let agent = request.headers().get(header::USER_AGENT);
    Caller {
        is_secret: false,
        ip: address_of(shared, request),
        user_agent: agent.and_then(|it| Some(it.to_str().ok()?.to_owned())),
        key: None,
        gpc: says("sec-gpc"),
        dnt: says("dnt"),
        places: shared.options.places.clone(),
    }
}

/// What became of a body.
struct Recorded {
    accepted: usize,
    duplicates: usize,
    rejected: Vec<Rejected>,
    /// Each event for the debugger, in the order sent.
    seen: Vec<Seen>,
}

/// Records what can be taken, and waits until it is in the log; whose key it came with.
///
/// Unpacking and reading half a megabyte is work for a thread that may take its time. What is read
/// is many times as large as it came, so it goes to the writers in the same breath and never waits
/// for a thread again. The thread is given back before the commit: many requests share one.
async fn record(
    shared: &Shared,
    posted: Posted,
    mut caller: Caller,
) -> Result<(KeyHolder, Recorded), Refusal> {
    let (sender, receiver) = tokio::sync::oneshot::channel();
    let inside = shared.clone();
    let given = shared.run(move || {
        let (holder, batch) = let_in(&inside, &posted)?;
        caller.is_secret = holder.kind == KeyKind::Secret;
        caller.key = Some(holder);
        let (recorded, places, told) = sorted_out(&inside, batch);
        let load = posted.load;
        let taken = inside.app.collect_then(told, &caller, move |outcome| {
            // Whoever sent them may have gone; they are written all the same, and their room is
            // free only now.
            drop(load);
            let _ = sender.send(outcome);
        });
        taken.map_err(AppError::Store)?;
        Ok::<_, Refusal>((holder, recorded, places))
    });
    let (holder, mut recorded, places) = given.await?;
    let collected = receiver.await.unwrap_or(Err(StoreError::Closed));
    let collected: Collected = collected.map_err(AppError::Store)?;
    if !collected.after.is_nothing() {
        let app = shared.app.clone();
        let after = collected.after;
        shared.run(move || app.collect_after(&after)).await?;
    }
    for (index, verdict) in places.into_iter().zip(collected.verdicts) {
        recorded.judge(index, verdict);
    }
    recorded.rejected.sort_by_key(|it| it.index);
    Ok((holder, recorded))
}

/// Who sends what; what is refused is seen by whoever watches.
fn let_in(shared: &Shared, posted: &Posted) -> Result<(KeyHolder, ToldBatch), Refusal> {
    let mut sent = Sent::default();
    let opened = posted.open(&shared.app, &mut sent);
    let opened = opened.and_then(|(holder, batch)| {
        keep_pace(shared, &holder, &batch)?;
        Ok((holder, batch))
    });
    opened.map_err(|refusal| sent.refused(shared, refusal))
}

/// Holds up a key or a browser that is too fast. A shop's own server speaks for all its customers,
/// so it is held up as a key alone.
fn keep_pace(shared: &Shared, holder: &KeyHolder, batch: &ToldBatch) -> Result<(), Refusal> {
    let now = shared.app.now();
    shared.pace.request(holder.id, now)?;
    if holder.kind == KeyKind::Secret {
        return Ok(());
    }
    let mut browsers: BTreeMap<&Identity, usize> = BTreeMap::new();
    for told in batch.events.iter().flatten() {
        // The least trusted name is the browser's own.
        if let Some(browser) = told.event.identities.last() {
            *browsers.entry(browser).or_default() += 1;
        }
    }
    let mut browsers = browsers.into_iter();
    browsers.try_for_each(|(browser, number)| shared.pace.events(browser, number, now))
}

/// The events that can be tried, with the place of each in the body; the others are rejected.
fn sorted_out(shared: &Shared, batch: ToldBatch) -> (Recorded, Vec<usize>, Vec<Told>) {
    let at = shared.app.now();
    let mut recorded = Recorded {
        accepted: 0,
        duplicates: 0,
        rejected: Vec::new(),
        seen: Vec::new(),
    };
    let (mut places, mut events) = (Vec::new(), Vec::new());
    for (index, told) in batch.events.into_iter().enumerate() {
        recorded.seen.push(Seen::of(at, &told));
        match told {
            Ok(told) => {
                places.push(index);
                events.push(told);
            }
            Err(error) => recorded.rejected.push(Rejected {
                is_counted: false,
                index,
                message_id: error.message_id,
                code: error.code,
                message: error.sentence,
            }),
        }
    }
    (recorded, places, events)
}

impl Recorded {
    fn answer(self, verbose: &str) -> Answer {
        match verbose {
            "" | "0" | "false" => Answer::default(),
            _ => Answer {
                success: true,
                accepted: Some(self.accepted),
                duplicates: Some(self.duplicates),
                rejected: Some(self.rejected),
            },
        }
    }

    /// Counts what became of an event that was tried.
    fn judge(&mut self, index: usize, verdict: Result<Verdict, DropReason>) {
        let seen = &mut self.seen[index];
        seen.verdict = debugger::word_of(verdict.as_ref());
        let is_counted = matches!(verdict, Err(DropReason::Uncollected(_)));
        let (code, message) = match verdict {
            Ok(Verdict::Accepted { .. } | Verdict::Waiting) => {
                seen.code = seen.verdict;
                self.accepted += 1;
                return;
            }
            Ok(Verdict::Duplicate) => {
                seen.code = "duplicate";
                self.duplicates += 1;
                return;
            }
            Ok(Verdict::Refused(refusal)) => (refusal.code(), refusal.to_string()),
            Ok(Verdict::Erased) => ("erased", "this person was erased".to_owned()),
            Ok(Verdict::Counted(reason)) => (reason.word(), reason.sentence().to_owned()),
            Err(reason) => (reason.word(), reason.to_string()),
        };
        seen.code = code;
        seen.reason.clone_from(&message);
        let message_id = Some(seen.message_id.clone());
        self.rejected.push(Rejected {
            is_counted,
            index,
            message_id,
            code,
            message,
        });
    }
}

/// A full house, and a database that is away or has no room on its disk, ask for patience in the
/// way that trackers understand.
fn later(refusal: Refusal) -> Refusal {
    match refusal {
        Refusal::App(AppError::Store(StoreError::Busy)) | Refusal::Busy => Refusal::TooMany,
        Refusal::App(AppError::Store(error @ StoreError::Database { .. })) => {
            tracing::warn!(%error, "events could not be written");
            Refusal::StoreAway
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_with_a_slash_at_its_end_is_the_same() {
        for (path, with_slash) in PATHS.iter().zip(PATHS_WITH_SLASH) {
            assert_eq!(format!("{path}/"), with_slash);
            assert!(is_ours(path) && is_ours(with_slash));
        }
        assert!(!is_ours("/v1/customers"));
    }
}
