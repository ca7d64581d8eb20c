//! The collector: events from trackers, in the form that all of them speak.
//!
//! Authenticate, limit, parse, record, acknowledge: an answer of 200 says that every event that was
//! not refused by name is in the log. What a tracker sends is read by a function that the program
//! passes in, because the wire format is a connector's and this floor knows HTTP alone.

mod debugger;
mod posted;

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
use domain::events::{Sender, Told, ToldBatch};
use serde::{Deserialize, Serialize};

use crate::asked::Asked;
use crate::errors::Refusal;
use crate::gate::{Gate, Routes, address_of};
use crate::shared::Shared;
pub(crate) use debugger::{Count, Debugger, Seen, Source, Wanted};
use posted::{Opened, Posted, is_packed, key_in, kind_of};

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

/// Reads a body: of one event of the type that the address names, or of a batch. The error is a
/// sentence about a body in which no events can be found.
pub type ReadMessages = fn(&[u8], Option<&str>, &Sender) -> Result<ToldBatch, String>;

pub(crate) fn routes() -> Routes {
    let paths = PATHS.into_iter().chain(PATHS_WITH_SLASH);
    let routes = paths.fold(Routes::default(), |routes, path| {
        routes.post(path, Gate::Sends, collect)
    });
    IGNORED.into_iter().fold(routes, |routes, path| {
        routes.post(path, Gate::Anybody, async || Json(Answer::default()))
    })
}

fn is_ours(path: &str) -> bool {
    let path = path.strip_suffix('/').unwrap_or(path);
    PATHS.contains(&path) || IGNORED.contains(&path)
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
        (header::ACCESS_CONTROL_ALLOW_METHODS, "POST, OPTIONS"),
        (
            header::ACCESS_CONTROL_ALLOW_HEADERS,
            "authorization, content-type, content-encoding, x-write-key, x-retry-count",
        ),
        (header::ACCESS_CONTROL_MAX_AGE, "86400"),
        (header::ACCESS_CONTROL_EXPOSE_HEADERS, "retry-after"),
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
    let mut caller = caller_of(&shared, &request);
    let mut sent = Sent::default();
    let (holder, told) = match open(&shared, request, (kind, read), &mut sent).await {
        Ok(opened) => opened,
        Err(refusal) => return Err(sent.refused(&shared, refusal)),
    };
    caller.is_secret = holder.kind == KeyKind::Secret;
    let recorded = match record(&shared, told, caller).await {
        Ok(recorded) => recorded,
        Err(refusal) => return Err(sent.refused(&shared, refusal)),
    };
    shared.debugger.note(Some(holder.id), &recorded.seen);
    if kind.is_some()
        && let Some(rejected) = recorded.rejected.first()
    {
        return Err(Refusal::Event {
            code: rejected.code,
            sentence: rejected.message.clone(),
        });
    }
    Ok(Json(recorded.answer(&asked.verbose)).into_response())
}

/// With which key a request came, as far as that is known.
#[derive(Debug, Default)]
struct Sent {
    source: Source,
    said_key: Option<String>,
}

impl Sent {
    /// Notes a request that is refused whole, and hands the refusal on.
    fn refused(&self, shared: &Shared, refusal: Refusal) -> Refusal {
        let said = self.said_key.as_deref();
        let said = said.filter(|_| self.source.is_none());
        let seen = Seen::refused(shared.app.now(), said, &refusal);
        shared.debugger.note(self.source, &[seen]);
        refusal
    }
}

/// Who sends what. Unpacking and reading half a megabyte is work for a thread that may take its
/// time.
async fn open(
    shared: &Shared,
    request: Request,
    (kind, read): (Option<&'static str>, ReadMessages),
    sent: &mut Sent,
) -> Result<(KeyHolder, ToldBatch), Refusal> {
    let (parts, body) = request.into_parts();
    let bytes = to_bytes(body, BODY_BYTES_MAX).await;
    let key = key_in(&parts.headers)?;
    sent.said_key.clone_from(&key);
    let posted = Posted {
        bytes: bytes.map_err(|_| Refusal::TooLarge)?,
        is_packed: is_packed(&parts.headers),
        key,
        kind,
        read,
    };
    let app = shared.app.clone();
    let opened = shared.run(move || Ok::<Opened, Refusal>(posted.open(&app)));
    let Opened {
        source,
        said_key,
        opened,
    } = opened.await?;
    *sent = Sent { source, said_key };
    opened
}

/// What is known of the sender before a key is read.
fn caller_of(shared: &Shared, request: &Request) -> Caller {
    let says = |name: &str| request.headers().get(name).is_some_and(|it| it == "1");
    let agent = request.headers().get(header::USER_AGENT);
    Caller {
        is_secret: false,
        ip: address_of(shared, request),
        user_agent: agent.and_then(|it| Some(it.to_str().ok()?.to_owned())),
        wants_privacy: says("sec-gpc") || says("dnt"),
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

/// Records what can be taken, and waits until it is in the log. The seat is given back before
/// that: many requests share a commit.
async fn record(shared: &Shared, told: ToldBatch, caller: Caller) -> Result<Recorded, Refusal> {
    let (mut recorded, places, told) = sorted_out(shared, told);
    let collected = write(shared, told, caller).await?;
    if !collected.after.is_nothing() {
        let app = shared.app.clone();
        let after = shared.run(move || app.collect_after(&collected.after));
        after.await.map_err(later)?;
    }
    for (index, verdict) in places.into_iter().zip(collected.verdicts) {
        recorded.judge(index, verdict);
    }
    recorded.rejected.sort_by_key(|it| it.index);
    Ok(recorded)
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
        let (code, message) = match verdict {
            Ok(Verdict::Accepted { .. }) => {
                self.accepted += 1;
                return;
            }
            Ok(Verdict::Duplicate) => {
                seen.code = "duplicate";
                self.duplicates += 1;
                return;
            }
            Ok(Verdict::Refused(refusal)) => ("refused", refusal.to_string()),
            Ok(Verdict::Erased) => ("erased", "this person was erased".to_owned()),
            Err(reason) => (reason.word(), reason.to_string()),
        };
        seen.code = code;
        seen.reason.clone_from(&message);
        let message_id = Some(seen.message_id.clone());
        self.rejected.push(Rejected {
            index,
            message_id,
            code,
            message,
        });
    }
}

/// Gives events to the writers; too many that wait are sent again later.
async fn write(shared: &Shared, told: Vec<Told>, caller: Caller) -> Result<Collected, Refusal> {
    let (sender, receiver) = tokio::sync::oneshot::channel();
    let app = shared.app.clone();
    let taken = shared.run(move || {
        app.collect_then(told, &caller, move |outcome| {
            // Whoever sent them may have gone; they are written all the same.
            let _ = sender.send(outcome);
        })
        .map_err(AppError::Store)
    });
    let collected = match taken.await {
        Ok(()) => receiver.await.unwrap_or(Err(StoreError::Closed)),
        Err(refusal) => return Err(later(refusal)),
    };
    collected.map_err(|error| later(AppError::Store(error).into()))
}

/// A full house asks for patience in the way that trackers understand.
fn later(refusal: Refusal) -> Refusal {
    match refusal {
        Refusal::App(AppError::Store(StoreError::Busy)) | Refusal::Busy => Refusal::TooMany,
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
