//! `/v1/consent-policy`: what the shop keeps of what people do.
//!
//! `/v1/user-tokens`: who reads a page.

use std::collections::BTreeMap;

use app::trust::{USER_TOKEN_MS_MAX, UserToken};
use axum::Json;
use domain::customers::{Identity, Namespace};
use domain::settings::ShopSettings;
use domain::trust::{Action, Collecting, ConsentPolicy, Permission, SignalRule, Subject};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::time;
use crate::asked::Told;
use crate::asking::Asking;
use crate::errors::{ErrorAnswer, Refusal};

/// What the shop keeps of what people do.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PolicyBody {
    /// By the two letters of a country: `opt_in` (once they said yes), `opt_out` (until they say
    /// no) or `off` (never: visits are counted).
    #[schema(example = json!({"DE": "opt_in", "US": "opt_out"}))]
    countries: BTreeMap<String, String>,
    /// The same for every other country, and where nobody knows.
    #[schema(example = "opt_out")]
    elsewhere: String,
    /// What `Sec-GPC: 1` does: `count`, `without_profile` or `ignore`.
    #[schema(example = "count")]
    gpc: String,
    /// What `DNT: 1` does, in the same words.
    #[schema(example = "count")]
    dnt: String,
}

impl PolicyBody {
    fn of(policy: &ConsentPolicy) -> Self {
        let countries = policy.countries.iter();
        Self {
            countries: countries
                .map(|(country, rule)| (country.to_string(), rule.to_string()))
                .collect(),
            elsewhere: policy.elsewhere.to_string(),
            gpc: policy.gpc.to_string(),
            dnt: policy.dnt.to_string(),
        }
    }

    fn read(self) -> Result<ConsentPolicy, Refusal> {
        let wrong = |error: &dyn std::fmt::Display| Refusal::Unreadable(error.to_string());
        let rule = |word: &str| word.parse::<Collecting>().map_err(|error| wrong(&error));
        let signal = |word: &str| word.parse::<SignalRule>().map_err(|error| wrong(&error));
        let countries = self.countries.iter().map(|(code, word)| {
            let country = code.parse().map_err(|error| wrong(&error))?;
            Ok((country, rule(word)?))
        });
        let policy = ConsentPolicy {
            countries: countries.collect::<Result<_, Refusal>>()?,
            elsewhere: rule(&self.elsewhere)?,
            gpc: signal(&self.gpc)?,
            dnt: signal(&self.dnt)?,
        };
        policy.check().map_err(|error| wrong(&error))?;
        Ok(policy)
    }
}

/// What the shop keeps of what people do, by region, word and wish.
#[utoipa::path(
    get,
    path = "/v1/consent-policy",
    operation_id = "consent_policy_show",
    tag = "trust",
    responses(
        (status = 200, body = PolicyBody),
        (status = 401, body = ErrorAnswer),
        (status = 403, body = ErrorAnswer),
    ),
    security(("secret_key" = []))
)]
pub(super) async fn show(asking: Asking) -> Result<Json<PolicyBody>, Refusal> {
    let policy = asking.read(Permission::Settings, |app| {
        Ok(app.in_force().settings.consent.clone())
    });
    Ok(Json(PolicyBody::of(&policy.await?)))
}

/// Puts another policy in force, from the next event on.
#[utoipa::path(
    put,
    path = "/v1/consent-policy",
    operation_id = "consent_policy_put",
    tag = "trust",
    request_body = PolicyBody,
    responses(
        (status = 200, body = PolicyBody),
        (status = 400, body = ErrorAnswer),
        (status = 401, body = ErrorAnswer),
        (status = 403, body = ErrorAnswer),
    ),
    security(("secret_key" = []))
)]
pub(super) async fn put(
    asking: Asking,
    Told(body): Told<PolicyBody>,
) -> Result<Json<PolicyBody>, Refusal> {
    let policy = body.read()?;
    let answer = PolicyBody::of(&policy);
    policy_put(&asking, policy).await?;
    Ok(Json(answer))
}

/// Keeps a policy among the shop's settings, with its row in the audit.
pub(crate) async fn policy_put(asking: &Asking, policy: ConsentPolicy) -> Result<(), Refusal> {
    let kept = asking.ask(move |acting| {
        acting.change(Action::SettingsChanged, &Subject::Shop, |app| {
            let settings = app.in_force().settings.clone();
            app.settings_put(ShopSettings {
                consent: policy,
                ..settings
            })
        })
    });
    kept.await
}

/// Of whom a token is made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct UserTokenBody {
    /// The shop's own number of the customer who is signed in.
    #[schema(example = "u-1")]
    user_id: String,
    /// For how many seconds it is good; an hour when nothing is said, a day at most.
    #[serde(default)]
    #[schema(required = false, minimum = 1, maximum = 86_400)]
    lasts_seconds: Option<i64>,
}

/// A token of a page's reader.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct UserTokenAnswer {
    /// What the page sends to `POST /v1/context`.
    #[schema(example = "user_…")]
    token: String,
    expires_at: String,
}

/// Makes a token with which a page may ask about one customer, and about nobody else.
#[utoipa::path(
    post,
    path = "/v1/user-tokens",
    operation_id = "user_token",
    tag = "trust",
    request_body = UserTokenBody,
    responses(
        (status = 200, body = UserTokenAnswer),
        (status = 400, body = ErrorAnswer),
        (status = 401, body = ErrorAnswer),
        (status = 403, body = ErrorAnswer),
    ),
    security(("secret_key" = []))
)]
pub(super) async fn user_token(
    asking: Asking,
    Told(body): Told<UserTokenBody>,
) -> Result<Json<UserTokenAnswer>, Refusal> {
    const HOUR_SECONDS: i64 = 3_600;
    let name = Identity::new(Namespace::UserId, &body.user_id)
        .map_err(|error| Refusal::Unreadable(error.to_string()))?;
    let lasts_seconds = body.lasts_seconds.unwrap_or(HOUR_SECONDS);
    let lasts_ms = lasts_seconds
        .clamp(0, USER_TOKEN_MS_MAX)
        .saturating_mul(1_000);
    let made = asking.read(Permission::SeePersonal, move |app| {
        app.user_token(&name, lasts_ms)
    });
    let UserToken { token, expires_at } = made.await?;
    Ok(Json(UserTokenAnswer {
        token,
        expires_at: time(expires_at),
    }))
}
