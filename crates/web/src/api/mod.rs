//! The JSON API: the same data as the pages, for the shop's own programs.

mod attributes;
mod consent;
mod customers;
mod describe;
mod events;
mod insight;
mod loyalty;
mod merges;
mod metrics;
mod schemas;
mod seen;
mod segments;
mod trust;

use axum::extract::State;
use domain::time::Millis;
use domain::trust::Permission;

use crate::collect;
use crate::errors::Refusal;
use crate::gate::{Gate, Routes};
use crate::shared::Shared;

pub(crate) use consent::policy_put;
pub(crate) use describe::description;
pub(crate) use schemas::{declare, undeclare};
pub(crate) use trust::{erase_of, export_of};

/// The API: every route needs a key with a permission, but its description, which anybody may read.
pub(crate) fn routes() -> Routes {
    let figures = Gate::Needs(Permission::SeeFigures);
    let customers = Gate::Needs(Permission::SeeCustomers);
    let segments = Gate::Needs(Permission::Segments);
    let change = Gate::Needs(Permission::ChangeCustomers);
    let rights = Gate::Needs(Permission::PersonRights);
    let personal = Gate::Needs(Permission::SeePersonal);
    let settings = Gate::Needs(Permission::Settings);
    Routes::default()
        .get("/v1/openapi.json", Gate::Anybody, describe::openapi)
        .get("/v1/insight/overview", figures, insight::overview::overview)
        .get(
            "/v1/insight/retention",
            figures,
            insight::retention::retention,
        )
        .get("/v1/insight/value", figures, insight::value::value)
        .get("/v1/insight/visits", figures, insight::visits::visits)
        .get("/v1/insight/channels", figures, insight::channels::channels)
        .get(
            "/v1/insight/experience",
            figures,
            insight::experience::experience,
        )
        .get("/v1/attributes", customers, attributes::list)
        .get("/v1/segments", customers, segments::list)
        .get("/v1/segments/{name}", customers, segments::show)
        .put("/v1/segments/{name}", segments, segments::put)
        .delete("/v1/segments/{name}", segments, segments::remove)
        .get("/v1/customers", customers, customers::list)
        .post("/v1/customers/query", customers, customers::query)
        .get("/v1/customers/{customer}", customers, customers::show)
        .get("/v1/customers/{customer}/export", rights, trust::export)
        .post(
            "/v1/customers/{customer}/adjustments",
            change,
            loyalty::adjust,
        )
        .post("/v1/customers/{customer}/erase", rights, trust::erase)
        .get("/v1/events", customers, events::list)
        .get(
            "/v1/events/newest",
            Gate::Needs(Permission::Settings),
            seen::newest,
        )
        .get("/v1/events/schemas", settings, schemas::list)
        .put("/v1/events/schemas/{name}", settings, schemas::put)
        .delete("/v1/events/schemas/{name}", settings, schemas::remove)
        .post("/v1/merges", change, merges::merge)
        .get("/v1/consent-policy", settings, consent::show)
        .put("/v1/consent-policy", settings, consent::put)
        .post("/v1/user-tokens", personal, consent::user_token)
        .post("/v1/context", Gate::Sends, collect::context)
        .delete("/v1/merges/{merge}", change, merges::unmerge)
}

/// Says that the server answers and its store can be read.
pub(crate) async fn health(State(shared): State<Shared>) -> Result<&'static str, Refusal> {
    shared
        .ask(|app| app.key_check("health").map(|_| ()))
        .await?;
    Ok("ok\n")
}

/// A time as the API writes it: RFC 3339 in UTC.
fn time(at: i64) -> String {
    Millis(at).to_string()
}
