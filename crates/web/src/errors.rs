//! Which refusal becomes which status: the one map from what went wrong to HTTP.

use app::settings::KeyKind;
use app::trust::{TrustError, TrustRefusal, Who};
use app::{AppError, StoreError};
use axum::Json;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::trust::Permission;
use serde::Serialize;
use utoipa::ToSchema;

/// Why a request gets something else than what it asked for.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// A use case refused or failed.
    App(AppError),
    /// A door stays shut.
    Trust(TrustRefusal),
    /// No key was given.
    NoKey,
    /// The key is none of this shop's, or was revoked.
    UnknownKey,
    /// The key is known and may not do this.
    WriteKey,
    /// The keys in header and body are not the same.
    TwoKeys,
    /// One event, alone in its request, can never be taken.
    Event {
        /// A word that programs may rely on.
        code: &'static str,
        /// What is wrong with it.
        sentence: String,
    },
    /// Too much waits already; what was sent can be sent again.
    TooMany,
    /// The sender is faster than anybody may be; after so many seconds it may come again.
    TooFast(u64),
    /// The `Host` is not one of this server's names.
    Host,
    /// A form came from another site.
    OtherSite,
    /// There is nothing at this address.
    NotFound,
    /// The address is right and the method is not.
    Method,
    /// The request cannot be read; the sentence says where.
    Unreadable(String),
    /// The body is larger than this server takes.
    TooLarge,
    /// The body came too slowly.
    SlowBody,
    /// The store failed at something that can be tried again.
    StoreAway,
    /// Too many requests are waiting.
    Busy,
    /// The answer took too long.
    TooSlow,
    /// The customers are still being read; so many percent of them are there.
    Warming(u8),
    /// A use case came to an unexpected end.
    Crashed,
}

impl From<TrustRefusal> for Refusal {
    fn from(refusal: TrustRefusal) -> Self {
        Self::Trust(refusal)
    }
}

impl From<TrustError> for Refusal {
    fn from(error: TrustError) -> Self {
        match error {
            TrustError::Refused(refusal) => Self::Trust(refusal),
            TrustError::App(error) => Self::App(error),
        }
    }
}

impl From<AppError> for Refusal {
    fn from(error: AppError) -> Self {
        Self::App(error)
    }
}

/// What a refusal is over HTTP: a status, and a word that programs may rely on.
pub(crate) struct Verdict {
    pub(crate) status: StatusCode,
    pub(crate) code: &'static str,
}

impl Refusal {
    /// What somebody lacks. A write key was mistaken for another kind; that is worth saying.
    pub(crate) fn of_key(who: &Who, permission: Permission) -> Self {
        match who {
            Who::Key(key) if key.kind == KeyKind::Write => Self::WriteKey,
            _ => Self::Trust(TrustRefusal::NotPermitted(permission)),
        }
    }

    /// The map. A status that is not here does not exist.
    pub(crate) fn verdict(&self) -> Verdict {
        let (status, code) = match self {
            Self::App(error) => app_verdict(error),
            Self::Trust(refusal) => trust_verdict(*refusal),
            Self::NoKey => (StatusCode::UNAUTHORIZED, "no_key"),
            Self::UnknownKey => (StatusCode::UNAUTHORIZED, "unknown_key"),
            Self::WriteKey => (StatusCode::FORBIDDEN, "write_key"),
            Self::TwoKeys => (StatusCode::UNAUTHORIZED, "two_keys"),
            Self::Event { code, .. } => (StatusCode::BAD_REQUEST, *code),
            Self::TooMany => (StatusCode::TOO_MANY_REQUESTS, "busy"),
            Self::TooFast(_) => (StatusCode::TOO_MANY_REQUESTS, "too_fast"),
            Self::Host => (StatusCode::MISDIRECTED_REQUEST, "wrong_host"),
            Self::OtherSite => (StatusCode::FORBIDDEN, "other_site"),
            Self::NotFound => (StatusCode::NOT_FOUND, "not_found"),
            Self::Method => (StatusCode::METHOD_NOT_ALLOWED, "wrong_method"),
            Self::Unreadable(_) => (StatusCode::BAD_REQUEST, "unreadable"),
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "too_large"),
            Self::SlowBody => (StatusCode::REQUEST_TIMEOUT, "slow_body"),
            Self::StoreAway => (StatusCode::SERVICE_UNAVAILABLE, "store_away"),
            Self::Busy => (StatusCode::SERVICE_UNAVAILABLE, "busy"),
            Self::TooSlow => (StatusCode::SERVICE_UNAVAILABLE, "too_slow"),
            Self::Warming(_) => (StatusCode::SERVICE_UNAVAILABLE, "warming"),
            Self::Crashed => (StatusCode::INTERNAL_SERVER_ERROR, "failed"),
        };
        Verdict { status, code }
    }

    /// The sentence for programs, English whatever their reader speaks; what the inside of the
    /// house looks like is not in it.
    pub(crate) fn message(&self) -> String {
        match self {
            Self::App(error) if self.verdict().status.is_client_error() => error.to_string(),
            Self::App(AppError::Store(StoreError::Busy)) | Self::Busy => {
                "too many requests are waiting; nothing was changed, try again in a moment".into()
            }
            Self::App(AppError::Store(StoreError::Closed)) => {
                "the server is shutting down; nothing was changed".into()
            }
            Self::Trust(refusal) => refusal.to_string(),
            Self::App(_) | Self::Crashed => {
                "something failed inside; the server's log says what".into()
            }
            Self::NoKey => "give a secret key: Authorization: Bearer secret_…".into(),
            Self::UnknownKey => "this key is not one of this shop's, or was revoked".into(),
            Self::WriteKey => "a write key may only send events; this needs a secret key".into(),
            Self::TwoKeys => "the keys in header and body are not the same: send one".into(),
            Self::Event { sentence, .. } => sentence.clone(),
            Self::TooMany => "too much waits; nothing was taken, send it again".into(),
            Self::TooFast(seconds) => format!(
                "this sender is faster than anybody may be: nothing was taken, send it again in \
                 {seconds} s"
            ),
            Self::Host => {
                "this server does not answer to that name; see --public-url and --listen".into()
            }
            Self::OtherSite => "a form must be sent from this site's own pages".into(),
            Self::NotFound => "there is nothing at this address".into(),
            Self::Method => "this address does not take this method".into(),
            Self::Unreadable(sentence) => sentence.clone(),
            Self::Warming(percent) => format!(
                "the customers are still being read, {percent} % of them are there; try again in \
                 a moment"
            ),
            Self::TooLarge => "the body is larger than this server takes".into(),
            Self::SlowBody => "the body came too slowly; nothing was taken, send it again".into(),
            Self::StoreAway => "the store takes nothing now; send it again later".into(),
            Self::TooSlow => {
                "the answer took too long; what was begun may still be finished".into()
            }
        }
    }
}

fn app_verdict(error: &AppError) -> (StatusCode, &'static str) {
    match error {
        AppError::NoCustomer => (StatusCode::NOT_FOUND, "no_customer"),
        AppError::NoMerge => (StatusCode::NOT_FOUND, "no_merge"),
        AppError::AlreadyUndone => (StatusCode::CONFLICT, "already_undone"),
        AppError::SameCustomer => (StatusCode::CONFLICT, "same_customer"),
        AppError::RequestConflict(_) => (StatusCode::CONFLICT, "request_conflict"),
        AppError::Refused(_) => (StatusCode::UNPROCESSABLE_ENTITY, "refused"),
        AppError::Invalid(_) => (StatusCode::BAD_REQUEST, "invalid"),
        AppError::Predicate(_) => (StatusCode::BAD_REQUEST, "predicate"),
        AppError::Store(StoreError::Busy) => (StatusCode::SERVICE_UNAVAILABLE, "busy"),
        AppError::Store(StoreError::Closed) | AppError::Stopped => {
            (StatusCode::SERVICE_UNAVAILABLE, "stopping")
        }
        AppError::Store(_) | AppError::WrongKeys | AppError::Unreadable | AppError::Files(_) => {
            (StatusCode::INTERNAL_SERVER_ERROR, "failed")
        }
    }
}

fn trust_verdict(refusal: TrustRefusal) -> (StatusCode, &'static str) {
    use StatusCode as Status;
    match refusal {
        TrustRefusal::NotSignedIn => (Status::UNAUTHORIZED, "not_signed_in"),
        TrustRefusal::WrongLogin => (Status::FORBIDDEN, "wrong_login"),
        TrustRefusal::WrongProof => (Status::FORBIDDEN, "wrong_proof"),
        TrustRefusal::Shut(_) => (Status::TOO_MANY_REQUESTS, "shut"),
        TrustRefusal::NoPass => (Status::GONE, "no_pass"),
        TrustRefusal::AlreadyClaimed => (Status::CONFLICT, "already_claimed"),
        TrustRefusal::NotPermitted(_) => (Status::FORBIDDEN, "not_permitted"),
        TrustRefusal::ProofNeeded => (Status::FORBIDDEN, "proof_needed"),
        TrustRefusal::LastOwner => (Status::CONFLICT, "last_owner"),
        TrustRefusal::NoUser => (Status::NOT_FOUND, "no_user"),
        TrustRefusal::AddressTaken => (Status::CONFLICT, "address_taken"),
        TrustRefusal::WrongState => (Status::CONFLICT, "wrong_state"),
        TrustRefusal::Password(_) => (Status::UNPROCESSABLE_ENTITY, "password"),
        TrustRefusal::BadAddress => (Status::UNPROCESSABLE_ENTITY, "bad_address"),
        TrustRefusal::BadName => (Status::UNPROCESSABLE_ENTITY, "bad_name"),
        TrustRefusal::NoSecondFactor => (Status::CONFLICT, "no_second_factor"),
        TrustRefusal::NoSession => (Status::NOT_FOUND, "no_session"),
        TrustRefusal::NoKey => (Status::NOT_FOUND, "no_such_key"),
        TrustRefusal::BadKey(_) => (Status::UNPROCESSABLE_ENTITY, "bad_key"),
        TrustRefusal::TooMany => (Status::CONFLICT, "too_many"),
    }
}

/// What the API answers instead of a result.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ErrorAnswer {
    /// What went wrong.
    error: ErrorBody,
}

/// What went wrong.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ErrorBody {
    /// A word that programs may rely on.
    #[schema(example = "no_customer")]
    code: String,
    /// A sentence for people.
    #[schema(example = "there is no such customer")]
    message: String,
    /// The field that differs, when a request id was used for something else.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
    /// Where in a predicate, as the column of a character from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<usize>,
    /// What would be right, where that can be guessed.
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
}

/// Carries a refusal out of a handler to where it is dressed for its reader.
#[derive(Clone)]
pub(crate) struct Refused(pub(crate) std::sync::Arc<Refusal>);

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let verdict = self.verdict();
        if verdict.status.is_server_error() {
            tracing::error!(refusal = ?self, code = verdict.code, "a request failed");
        }
        let mut response = verdict.status.into_response();
        response
            .extensions_mut()
            .insert(Refused(std::sync::Arc::new(self)));
        response
    }
}

/// A refusal as the API says it.
pub(crate) fn in_json(refusal: &Refusal) -> Response {
    let verdict = refusal.verdict();
    let field = match refusal {
        Refusal::App(AppError::RequestConflict(field)) => Some((*field).to_owned()),
        _ => None,
    };
    let (column, hint) = match refusal {
        Refusal::App(AppError::Predicate(error)) => (Some(error.column), error.hint.clone()),
        _ => (None, None),
    };
    let error = ErrorBody {
        code: verdict.code.to_owned(),
        message: refusal.message(),
        field,
        column,
        hint,
    };
    let mut response = (verdict.status, Json(ErrorAnswer { error })).into_response();
    let headers = response.headers_mut();
    if verdict.status == StatusCode::UNAUTHORIZED {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    let later_seconds = match (refusal, verdict.status) {
        (Refusal::TooFast(seconds), _) => Some(*seconds),
        (_, StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS) => Some(1),
        _ => None,
    };
    if let Some(seconds) = later_seconds {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    if let Refusal::TooFast(seconds) = refusal {
        let reset = HeaderName::from_static("x-ratelimit-reset");
        headers.insert(reset, HeaderValue::from(*seconds));
    }
    response
}
