//! `/v1/events/schemas`: what the shop declares of events that nobody else knows.

use std::collections::BTreeMap;

use axum::Json;
use domain::events::catalogue::Holds;
use domain::events::{EventSchema, EventSchemas, FieldSchema};
use domain::settings::ShopSettings;
use domain::trust::{Action, Permission, Subject};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::asked::{Path, Told};
use crate::asking::Asking;
use crate::errors::{ErrorAnswer, Refusal};

/// What the shop declares of one event.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SchemaBody {
    /// What it means.
    #[serde(default)]
    #[schema(
        required = false,
        max_length = 500,
        example = "The quiz about roasts was finished"
    )]
    about: String,
    /// Its fields by their names; what is not here stays personal.
    fields: BTreeMap<String, FieldBody>,
}

/// One field of an event.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct FieldBody {
    /// `text`, `number`, `decimal`, `truth`, `time` or `list`.
    #[schema(example = "number")]
    holds: String,
    /// Whether it is personal: then it stays encrypted.
    #[serde(default)]
    #[schema(required = false)]
    is_personal: bool,
    /// What it means, with its unit.
    #[serde(default)]
    #[schema(required = false, max_length = 500)]
    about: String,
}

/// Everything that the shop declares.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SchemasAnswer {
    /// By the names of the events.
    schemas: BTreeMap<String, SchemaBody>,
}

/// What is declared no longer.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct UndeclaredAnswer {
    removed: String,
}

impl SchemaBody {
    fn of(schema: &EventSchema) -> Self {
        let fields = schema.fields.iter().map(|(name, field)| {
            let body = FieldBody {
                holds: field.holds.to_string(),
                is_personal: field.is_personal,
                about: field.about.clone(),
            };
            (name.clone(), body)
        });
        Self {
            about: schema.about.clone(),
            fields: fields.collect(),
        }
    }

    fn read(self) -> Result<EventSchema, Refusal> {
        let fields = self.fields.into_iter().map(|(name, field)| {
            let holds: Holds = field
                .holds
                .parse()
                .map_err(|error| Refusal::Unreadable(format!("{error}")))?;
            let schema = FieldSchema {
                holds,
                is_personal: field.is_personal,
                about: field.about,
            };
            Ok((name, schema))
        });
        Ok(EventSchema {
            about: self.about,
            fields: fields.collect::<Result<_, Refusal>>()?,
        })
    }
}

/// What the shop declares of its own events.
#[utoipa::path(
    get,
    path = "/v1/events/schemas",
    operation_id = "event_schema_list",
    tag = "events",
    responses(
        (status = 200, body = SchemasAnswer),
        (status = 401, body = ErrorAnswer),
        (status = 403, body = ErrorAnswer),
    ),
    security(("secret_key" = []))
)]
pub(super) async fn list(asking: Asking) -> Result<Json<SchemasAnswer>, Refusal> {
    let schemas = asking.read(Permission::Settings, |app| {
        Ok(app.in_force().settings.events.clone())
    });
    let schemas = schemas.await?;
    let bodies = schemas
        .iter()
        .map(|(name, schema)| (name.to_owned(), SchemaBody::of(schema)));
    Ok(Json(SchemasAnswer {
        schemas: bodies.collect(),
    }))
}

/// Declares an event, or declares it otherwise: from the next one on its fields are kept in the
/// clear. What came before stays as it was.
#[utoipa::path(
    put,
    path = "/v1/events/schemas/{name}",
    operation_id = "event_schema_put",
    tag = "events",
    params(("name" = String, Path, description = "the name of the event")),
    request_body = SchemaBody,
    responses(
        (status = 200, body = SchemaBody),
        (status = 400, body = ErrorAnswer),
        (status = 401, body = ErrorAnswer),
        (status = 403, body = ErrorAnswer),
    ),
    security(("secret_key" = []))
)]
pub(super) async fn put(
    asking: Asking,
    Path(name): Path<String>,
    Told(body): Told<SchemaBody>,
) -> Result<Json<SchemaBody>, Refusal> {
    let schema = body.read()?;
    let answer = SchemaBody::of(&schema);
    declare(&asking, &name, schema).await?;
    Ok(Json(answer))
}

/// Declares an event no longer: from the next one on everything about it is personal again.
#[utoipa::path(
    delete,
    path = "/v1/events/schemas/{name}",
    operation_id = "event_schema_remove",
    tag = "events",
    params(("name" = String, Path, description = "the name of the event")),
    responses(
        (status = 200, body = UndeclaredAnswer),
        (status = 401, body = ErrorAnswer),
        (status = 403, body = ErrorAnswer),
        (status = 404, body = ErrorAnswer),
    ),
    security(("secret_key" = []))
)]
pub(super) async fn remove(
    asking: Asking,
    Path(name): Path<String>,
) -> Result<Json<UndeclaredAnswer>, Refusal> {
    undeclare(&asking, &name).await?;
    Ok(Json(UndeclaredAnswer { removed: name }))
}

/// Keeps a declaration among the shop's settings, with its row in the audit.
pub(crate) async fn declare(
    asking: &Asking,
    name: &str,
    schema: EventSchema,
) -> Result<(), Refusal> {
    let in_force = asking.shared.app.in_force();
    let schemas = in_force.settings.events.with(name, schema);
    let schemas = schemas.map_err(|error| Refusal::Unreadable(error.to_string()))?;
    keep(asking, name, schemas).await
}

/// Removes a declaration.
pub(crate) async fn undeclare(asking: &Asking, name: &str) -> Result<(), Refusal> {
    let in_force = asking.shared.app.in_force();
    let schemas = in_force.settings.events.without(name);
    keep(asking, name, schemas.ok_or(Refusal::NotFound)?).await
}

async fn keep(asking: &Asking, name: &str, schemas: EventSchemas) -> Result<(), Refusal> {
    let subject = Subject::Document("event", name.to_owned());
    let kept = asking.ask(move |acting| {
        acting.change(Action::SettingsChanged, &subject, |app| {
            let settings = app.in_force().settings.clone();
            app.settings_put(ShopSettings {
                events: schemas,
                ..settings
            })
        })
    });
    kept.await
}
