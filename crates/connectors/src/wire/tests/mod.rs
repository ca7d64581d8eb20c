//! The contract, a table for each of its sections; what real senders write; and what holds for
//! any bytes.

mod contract;
mod declared;
mod hostile;
mod money;
mod senders;

use std::fmt::Write as _;

use domain::money::Currency;
use domain::time::{Millis, Zone, parse_time};

use domain::events::catalogue::Holds;
use domain::events::{EventSchema, EventSchemas, FieldSchema};

use super::{Batch, Limits, Message, MessageType, Received, Trust, WireError, read};

/// When the bodies of these tests come.
const RECEIVED_AT: &str = "2026-11-22T10:00:00Z";

fn moment(text: &str) -> Millis {
    parse_time(text, &Zone::utc()).unwrap()
}

/// Reads a body as one that came with a key of this trust.
fn read_as(trust: Trust, kind: Option<MessageType>, body: &[u8]) -> Result<Batch, WireError> {
    let zone: Zone = "Asia/Tehran".parse().unwrap();
    let received = Received {
        at: moment(RECEIVED_AT),
        currency: Currency::EUR,
        zone: &zone,
        trust,
        schemas: &schemas(),
    };
    read(body, kind, &received, &Limits::default())
}

/// The events of a body as texts, one a line.
fn lines(trust: Trust, kind: Option<MessageType>, body: &str) -> String {
    let batch = match read_as(trust, kind, body.as_bytes()) {
        Ok(batch) => batch,
        Err(error) => return format!("{}: {error}", error.code()),
    };
    let mut out = String::new();
    for event in &batch.events {
        if !out.is_empty() {
            out.push('\n');
        }
        match event {
            Ok(message) => out.push_str(&brief(message)),
            Err(error) => {
                let id = error.message_id.as_deref().unwrap_or("-");
                write!(out, "refused {id} {}: {error}", error.problem.code()).unwrap();
            }
        }
    }
    out
}

/// Name and body of what happened, and what was noted.
fn brief(message: &Message) -> String {
    let behaviour = &message.told.event.behaviour;
    format!(
        "{} {} {:?}",
        behaviour.name(),
        behaviour.body(),
        message.told.flags
    )
}

/// The one message of a `track` with these properties and a secret key.
fn track(event: &str, properties: &str) -> String {
    let body = format!(
        r#"{{"userId":"u","messageId":"m","timestamp":"{RECEIVED_AT}",
            "event":"{event}","properties":{properties}}}"#
    );
    lines(Trust::Secret, Some(MessageType::Track), &body)
}

/// Everything that is known of a message, for snapshots.
fn whole(message: &Message) -> String {
    let event = &message.told.event;
    let mut out = String::new();
    let names: Vec<String> = event
        .identities
        .iter()
        .map(domain::customers::Identity::hashed_text)
        .collect();
    let name = message.told.name.as_deref().unwrap_or("-");
    writeln!(out, "{} {name} {:?}", message.kind.word(), event.message_id).unwrap();
    writeln!(out, "  who {}", names.join(" ")).unwrap();
    writeln!(
        out,
        "  at {} told {} ({})",
        event.at, event.sent_at, event.channel
    )
    .unwrap();
    let behaviour = &event.behaviour;
    writeln!(out, "  what {} {}", behaviour.name(), behaviour.body()).unwrap();
    for (name, text) in &event.personal {
        writeln!(out, "  personal {name}={text}").unwrap();
    }
    for product in &message.told.products {
        let (title, category) = (&product.title, &product.category);
        writeln!(out, "  product {} {title:?} {category:?}", product.product).unwrap();
    }
    if let Some(alias) = &message.told.alias {
        writeln!(out, "  alias {} = {}", alias.previous_id, alias.user_id).unwrap();
    }
    if let Some(group_id) = &message.told.group_id {
        writeln!(out, "  group {group_id}").unwrap();
    }
    writeln!(out, "  noted {:?}", message.told.flags).unwrap();
    out
}

fn whole_batch(batch: &Batch) -> String {
    let mut out = format!("key {}\n", batch.write_key.as_deref().unwrap_or("-"));
    for event in &batch.events {
        match event {
            Ok(message) => out.push_str(&whole(message)),
            Err(error) => writeln!(out, "refused {error:?}").unwrap(),
        }
    }
    out
}

/// A shop that declares one event of its own.
fn schemas() -> EventSchemas {
    let field = |holds, is_personal| FieldSchema {
        holds,
        is_personal,
        about: String::new(),
    };
    let fields = [
        ("score", field(Holds::Number, false)),
        ("roast", field(Holds::Text, false)),
        ("nickname", field(Holds::Text, true)),
    ];
    let quiz = EventSchema {
        about: "A quiz was finished".to_owned(),
        fields: fields.map(|(name, field)| (name.to_owned(), field)).into(),
    };
    let declared = EventSchemas::default().with("Taste Quiz Finished", quiz);
    declared.expect("it can be declared")
}
