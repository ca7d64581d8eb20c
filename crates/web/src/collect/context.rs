//! `POST /v1/context`: events in, what is true of their sender out, in one round trip.
//!
//! Whoever knows a public key can claim to be anybody, so a name in the body counts only under a
//! secret key. A page's reader is proved by a token that the shop's back end asked for
//! (`POST /v1/user-tokens`), sent along or kept in a cookie that no script reads.

use std::collections::BTreeMap;

use app::App;
use app::customers::{CustomerContext, CustomerRef};
use app::settings::KeyKind;
use app::trust::UserProof;
use app::{AppError, StoreError};
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use domain::customers::{Identity, Namespace};
use domain::ids::StreamId;
use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::{Posted, Rejected, caller_of, later, posted, record};
use crate::asked::{Asked, ContextAsked};
use crate::cookies;
use crate::errors::{ErrorAnswer, Refusal};
use crate::shared::Shared;

/// What a body may have: what is asked, and what stands around the events of a batch.
const MEMBERS: [&str; 8] = [
    "writeKey",
    "batch",
    "sentAt",
    "context",
    "integrations",
    "userToken",
    "userId",
    "anonymousId",
];

/// Events, and about whom something is asked.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct ContextBody {
    /// The key, where it stands in no header.
    #[schema(required = false, example = "write_…")]
    write_key: Option<String>,
    /// Events as in `POST /v1/batch`; none when only something is asked.
    #[serde(rename = "batch", deserialize_with = "is_there")]
    #[schema(value_type = Vec<Object>, required = false)]
    has_batch: bool,
    /// The token of the page's reader, from `POST /v1/user-tokens`. It is kept in a cookie.
    #[schema(required = false, example = "user_…")]
    user_token: Option<String>,
    /// About whom: only with a secret key.
    #[schema(required = false, example = "u-1")]
    user_id: Option<String>,
    /// About whom: only with a secret key.
    #[schema(required = false)]
    anonymous_id: Option<String>,
}

/// Whether there is a member; what it says is read elsewhere.
fn is_there<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    Ok(Option::<IgnoredAny>::deserialize(deserializer)?.is_some())
}

impl ContextBody {
    /// The name that the body gives.
    fn named(&self) -> Result<Option<Identity>, Refusal> {
        let (namespace, id) = match (&self.user_id, &self.anonymous_id) {
            (Some(id), _) => (Namespace::UserId, id),
            (None, Some(id)) => (Namespace::AnonymousId, id),
            (None, None) => return Ok(None),
        };
        let name = Identity::new(namespace, id);
        name.map(Some)
            .map_err(|error| Refusal::Unreadable(error.to_string()))
    }
}

/// What became of the events, and what is true of the one who was asked about.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ContextAnswer {
    /// How many events are in the log now.
    accepted: usize,
    /// How many had come before.
    duplicates: usize,
    /// Those that are not in the log, and why.
    #[schema(value_type = Vec<Object>)]
    rejected: Vec<Rejected>,
    /// Who it is; null when nobody is proved, or nothing is known of them.
    user: Option<ContextUser>,
    /// The named questions that hold for them now. Empty for somebody who refused
    /// personalisation.
    segments: Vec<ContextSegment>,
    /// What is in their wallet.
    balances: Vec<ContextBalance>,
}

/// Who it is.
#[derive(Debug, Serialize, ToSchema)]
struct ContextUser {
    /// `cus_…`; only with a secret key.
    #[serde(skip_serializing_if = "Option::is_none")]
    customer: Option<String>,
    /// `prospect`, `new`, `returning`, `won_back` or `lapsed`.
    #[schema(example = "returning")]
    standing: &'static str,
    /// What they said last about each purpose.
    #[schema(value_type = Object, example = json!({"analytics": true}))]
    consents: serde_json::Map<String, serde_json::Value>,
}

/// A segment in which they are.
#[derive(Debug, Serialize, ToSchema)]
struct ContextSegment {
    #[schema(example = "Regulars")]
    name: String,
    /// Why, in English; only with `explain=1` and a secret key.
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
}

/// What of one unit is theirs.
#[derive(Debug, Serialize, ToSchema)]
struct ContextBalance {
    #[schema(example = "POINT:club")]
    unit: String,
    balance: i64,
    spendable: i64,
}

/// What is known of who asks.
struct Reader {
    root: Option<StreamId>,
    is_secret: bool,
    /// The token to keep, and for how long.
    keep: Option<(String, i64)>,
}

/// Takes events, waits for them alone, and says what is true of their sender then.
#[utoipa::path(
    post,
    path = "/v1/context",
    tag = "events",
    params(ContextAsked),
    request_body = ContextBody,
    responses(
        (status = 200, body = ContextAnswer),
        (status = 400, body = ErrorAnswer),
        (status = 401, body = ErrorAnswer),
        (status = 403, body = ErrorAnswer),
        (status = 413, body = ErrorAnswer),
        (status = 429, description = "Busy: come again", body = ErrorAnswer),
    ),
    security(("secret_key" = []), ("write_key" = []))
)]
pub(crate) async fn context(
    State(shared): State<Shared>,
    Asked(asked): Asked<ContextAsked>,
    request: Request,
) -> Result<Response, Refusal> {
    let read = shared.options.read_messages.ok_or(Refusal::NotFound)?;
    let caller = caller_of(&shared, &request);
    let headers = request.headers().clone();
    let mut posted = posted(request, (None, read)).await?;
    let asked_about = shared.run(move || {
        let body = asked_in(&mut posted)?;
        Ok::<_, Refusal>((body, posted))
    });
    let (body, posted) = asked_about.await?;
    let (holder, recorded) = record(&shared, posted, caller).await.map_err(later)?;
    shared.debugger.note(Some(holder.id), &recorded.seen);
    let is_secret = holder.kind == KeyKind::Secret;
    let reader = reader(&shared, &headers, &body, is_secret).await?;
    let known = match reader.root {
        Some(root) => known(&shared, root).await?,
        None => None,
    };
    let is_explained = is_secret && asked.explain == "1";
    let answer = ContextAnswer {
        accepted: recorded.accepted,
        duplicates: recorded.duplicates,
        rejected: recorded.rejected,
        ..ContextAnswer::of(known, &reader, is_explained)
    };
    Ok(reader.kept(&shared, Json(answer).into_response()))
}

impl Reader {
    /// The answer with the token to keep.
    fn kept(self, shared: &Shared, mut response: Response) -> Response {
        if let Some((token, lasts_ms)) = self.keep {
            cookies::put_user(shared, &token, lasts_ms, &mut response);
        }
        response
    }
}

/// What a body asks; one without events is given an empty list of them.
fn asked_in(posted: &mut Posted) -> Result<ContextBody, Refusal> {
    if let Some(unpacked) = posted.unpacked()? {
        posted.bytes = unpacked.into();
        posted.is_packed = false;
    }
    let wrong = |what: &dyn std::fmt::Display| {
        Refusal::Unreadable(format!("the body is no such document: {what}"))
    };
    // A list would be read as the values of the members in their order.
    let members: BTreeMap<String, IgnoredAny> =
        serde_json::from_slice(&posted.bytes).map_err(|error| wrong(&error))?;
    if let Some(other) = members
        .keys()
        .find(|name| !MEMBERS.contains(&name.as_str()))
    {
        return Err(wrong(&format!("it has no member {other:?}")));
    }
    let body: ContextBody = serde_json::from_slice(&posted.bytes).map_err(|error| wrong(&error))?;
    if !body.has_batch {
        let bare = json!({"writeKey": body.write_key, "batch": []});
        posted.bytes = Bytes::from(bare.to_string());
    }
    Ok(body)
}

/// Whose context may be told: a name in the body counts under a secret key, and else the token of
/// the body or of the cookie.
async fn reader(
    shared: &Shared,
    headers: &HeaderMap,
    body: &ContextBody,
    is_secret: bool,
) -> Result<Reader, Refusal> {
    let name = match is_secret {
        true => body.named()?,
        false => None,
    };
    let now = shared.app.now();
    let proof = |token: &str| shared.app.user_token_open(token);
    let sent = body.user_token.as_deref().and_then(proof);
    let keep = sent.and_then(|it| Some((body.user_token.clone()?, it.expires_at.0 - now.0)));
    let proof = sent.or_else(|| cookies::user(shared, headers).as_deref().and_then(proof));
    let root = shared.ask(move |app| found(app, name, proof)).await?;
    Ok(Reader {
        root,
        is_secret,
        keep,
    })
}

fn found(
    app: &App,
    name: Option<Identity>,
    proof: Option<UserProof>,
) -> Result<Option<StreamId>, AppError> {
    match (name, proof) {
        (Some(name), _) => match app.customer_find(&CustomerRef::Identity(name)) {
            Err(AppError::NoCustomer) => Ok(None),
            found => found.map(Some),
        },
        (None, Some(proof)) => app.user_proved(proof),
        (None, None) => Ok(None),
    }
}

/// Somebody who was merged or erased this moment is nobody for this answer.
async fn known(shared: &Shared, root: StreamId) -> Result<Option<CustomerContext>, Refusal> {
    let asked = shared.ask(move |app| match app.customer_context(root) {
        Err(AppError::NoCustomer | AppError::Store(StoreError::Stale)) => Ok(None),
        context => context.map(Some),
    });
    asked.await
}

impl ContextAnswer {
    fn of(known: Option<CustomerContext>, reader: &Reader, is_explained: bool) -> Self {
        let mut answer = Self {
            accepted: 0,
            duplicates: 0,
            rejected: Vec::new(),
            user: None,
            segments: Vec::new(),
            balances: Vec::new(),
        };
        let Some(known) = known else {
            return answer;
        };
        let consents = known.consents.iter();
        answer.user = Some(ContextUser {
            customer: reader.is_secret.then(|| known.customer.to_string()),
            standing: known.standing.word(),
            consents: consents
                .map(|(purpose, granted)| (purpose.word().to_owned(), json!(granted)))
                .collect(),
        });
        let segments = known.segments.into_iter().map(|held| ContextSegment {
            name: held.name,
            why: held
                .explanation
                .filter(|_| is_explained)
                .map(|why| why.to_string()),
        });
        answer.segments = segments.collect();
        let units = known.wallet.into_iter().map(|it| ContextBalance {
            unit: it.unit,
            balance: it.balance,
            spendable: it.spendable,
        });
        answer.balances = units.collect();
        answer
    }
}
